import type { HandshakeContext } from '../../context.ts';
import { illegalParameter, TlsError } from '../../error.ts';
import { keyShare } from '../../extensions/key-share.ts';
import { preSharedKey } from '../../extensions/pre-shared-key.ts';
import { type Offer, secondOffer } from '../../hello/offer.ts';
import type { OfferedPsk } from '../../hello/offered-psks.ts';
import { checkReply, checkRetry } from '../../hello/server-reply.ts';
import { EarlySecret } from '../../key-schedule/tls13.ts';
import type { Received } from '../../machine.ts';
import type { ServerHello } from '../../messages/server-hello.ts';
import { usingShare } from '../../negotiate/group.ts';
import type { Tls13Suite } from '../../registry/cipher-suites.ts';
import { showGroup } from '../../registry/display.ts';
import { groupForProvider } from '../../registry/named-groups.ts';
import { PskInUse } from '../psk.ts';
import { handshakeSecrets } from '../secrets.ts';
import type { ClientStateOf } from './state.ts';

const SPEC = 'RFC 8446 section 4.1.3';

/** Sends the first ClientHello: START of RFC 8446 appendix A.1. */
export function start(context: HandshakeContext, offer: Offer): ClientStateOf<'WAIT_SH'> {
  context.clientRandom = offer.random;
  if (offer.config.serverName !== undefined) context.info.serverName = offer.config.serverName;
  context.send('initial', offer.bytes);
  context.layer.allowChangeCipherSpec(true);
  const [psk] = offer.psks;
  if (offer.earlyData && psk !== undefined) startEarlyData(context, offer, psk);
  return { name: 'WAIT_SH', offer, retried: undefined };
}

/** What is written from now on is 0-RTT data, until the server has answered (RFC 8446 section 4.2.10). */
function startEarlyData(context: HandshakeContext, offer: Offer, psk: OfferedPsk): void {
  sendCompatibilityChangeCipherSpec(context, offer);
  const secret = psk.early.clientTraffic(context.crypto.digest(psk.suite.hash, offer.bytes));
  context.announce('CLIENT_EARLY_TRAFFIC_SECRET', secret.secret);
  context.setWriteKey('early', secret);
  context.info.earlyData = 'offered';
}

/** WAIT_SH, server_hello. */
export function serverHello(
  context: HandshakeContext,
  state: ClientStateOf<'WAIT_SH'>,
  { message, bytes }: Received<'server_hello'>,
): ClientStateOf<'WAIT_EE'> {
  const { offer, retried } = state;
  const suite = checkReply(offer, message);
  if (retried !== undefined && retried !== suite) {
    throw illegalParameter(`cipher_suite is ${suite.name}, the HelloRetryRequest said ${retried.name}`, SPEC);
  }
  const index = message.extensions.get(preSharedKey.serverHello);
  if (index === undefined && offer.config.requirePsk) throw withoutPsk();
  const resumed = index === undefined ? undefined : PskInUse.chosen(offer, index, suite);
  const shared = finishKeyExchange(context, offer, message, resumed !== undefined);
  context.transcript.start(suite.hash);
  context.transcript.append(bytes);
  context.info.version = 'TLS 1.3';
  context.info.cipherSuite = suite.name;
  context.info.helloRetryRequest = retried !== undefined;
  if (resumed !== undefined) usePsk(context, resumed.psk);
  const secrets = handshakeSecrets(context, earlySecret(context, suite, resumed?.psk), shared);
  context.setReadKey('handshake', secrets.server, 'server_hello');
  // Before, it went out behind the early data's ClientHello, or before the second one (RFC 8446 appendix D.4).
  if (retried === undefined && !offer.earlyData) sendCompatibilityChangeCipherSpec(context, offer);
  const earlyData = offer.earlyData && resumed?.psk === offer.psks[0];
  if (offer.earlyData && !earlyData) context.info.earlyData = 'rejected';
  // QUIC sends with both; it has no EndOfEarlyData to tell them apart (RFC 9001 section 8.3).
  if (!earlyData || context.isQuic) context.setWriteKey('handshake', secrets.client);
  return { name: 'WAIT_EE', offer, secrets, resumed, earlyData };
}

function withoutPsk(): TlsError {
  return new TlsError({
    code: 'MISSING_EXTENSION',
    alert: 'handshake_failure',
    fault: 'peer',
    message: 'server_hello has no pre_shared_key, which is required here',
    spec: 'RFC 8446 section 4.2.11',
  });
}

function usePsk({ info }: HandshakeContext, { session, identity }: OfferedPsk): void {
  info.resumed = session !== undefined;
  if (session === undefined) info.pskIdentity = identity;
  else if (session.peerCertificates.length > 0) info.peerCertificates = session.peerCertificates;
}

/** The secret that the binder is from, where the suite is the same too. */
function earlySecret(
  { crypto, allocate }: HandshakeContext,
  suite: Tls13Suite,
  psk: OfferedPsk | undefined,
): EarlySecret {
  return psk?.suite === suite ? psk.early : new EarlySecret({ crypto, suite, allocate }, psk?.key);
}

/** WAIT_SH, hello_retry_request. */
export function helloRetryRequest(
  context: HandshakeContext,
  state: ClientStateOf<'WAIT_SH'>,
  { message, bytes }: Received<'hello_retry_request'>,
): ClientStateOf<'WAIT_SH'> {
  if (state.retried !== undefined) {
    throw new TlsError({
      code: 'UNEXPECTED_MESSAGE',
      alert: 'unexpected_message',
      fault: 'peer',
      message: 'got a second hello_retry_request, expected server_hello',
      spec: 'RFC 8446 section 4.1.4',
    });
  }
  const suite: Tls13Suite = checkReply(state.offer, message);
  context.requireFlightEnd('hello_retry_request');
  const { group, cookie } = checkRetry(state.offer, message);
  const { transcript } = context;
  transcript.start(suite.hash);
  transcript.replaceWithMessageHash();
  transcript.append(bytes);
  const offer = secondOffer(state.offer, group, cookie, suite, transcript);
  if (state.offer.earlyData) {
    context.info.earlyData = 'rejected';
    context.layer.dropWriteKey();
  } else sendCompatibilityChangeCipherSpec(context, offer);
  context.send('initial', offer.bytes);
  return { name: 'WAIT_SH', offer, retried: suite };
}

/** Before the second flight, whichever it is, in compatibility mode (RFC 8446 appendix D.4). */
function sendCompatibilityChangeCipherSpec(context: HandshakeContext, offer: Offer): void {
  if (offer.legacySessionId.length > 0) context.layer.writeChangeCipherSpec();
}

/** @param resumed whether a pre-shared key is in use, which may stand alone where that was offered (psk_ke). */
function finishKeyExchange(
  context: HandshakeContext,
  offer: Offer,
  message: ServerHello,
  resumed: boolean,
): Uint8Array | undefined {
  const entry = message.extensions.get(keyShare.serverHello);
  if (entry === undefined && resumed && offer.config.pskWithoutKeyExchange) return undefined;
  if (entry === undefined) {
    throw new TlsError({
      code: 'MISSING_EXTENSION',
      alert: 'missing_extension',
      fault: 'peer',
      message: 'server_hello has no key_share',
      spec: 'RFC 8446 section 9.2',
    });
  }
  const share = offer.shares.get(entry.group);
  const group = groupForProvider(entry.group);
  if (share === undefined || group === undefined) {
    throw illegalParameter(`key share for ${showGroup(entry.group)}, none was sent`, 'RFC 8446 section 4.2.8');
  }
  context.info.group = group;
  return usingShare(() => share.finish(entry.keyExchange), group);
}
