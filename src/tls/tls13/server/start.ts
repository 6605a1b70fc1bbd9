import { EMPTY } from '../../../bytes/index.ts';
import type { GroupName } from '../../../crypto/index.ts';
import type { HandshakeContext } from '../../context.ts';
import { extension, type RawExtension } from '../../extensions/block.ts';
import { compressCertificate } from '../../extensions/compress-certificate.ts';
import { cookie } from '../../extensions/cookie.ts';
import { earlyData } from '../../extensions/early-data.ts';
import { type KeyShareEntry, keyShare } from '../../extensions/key-share.ts';
import { bindersLength, preSharedKey } from '../../extensions/pre-shared-key.ts';
import { quicTransportParameters } from '../../extensions/quic-transport-parameters.ts';
import { signedCertificateTimestamp } from '../../extensions/signed-certificate-timestamp.ts';
import { statusRequest } from '../../extensions/status-request.ts';
import { supportedVersions } from '../../extensions/supported-versions.ts';
import { giveAnswers } from '../../hello/answers.ts';
import { checkSecondClientHello, checkSecondShare } from '../../hello/second-client-hello.ts';
import { EarlySecret, type TrafficSecret } from '../../key-schedule/tls13.ts';
import type { Next, Received } from '../../machine.ts';
import { encodeEncryptedExtensions } from '../../messages/encrypted-extensions.ts';
import { encodeHelloRetryRequest, encodeServerHello } from '../../messages/server-hello.ts';
import {
  type CheckedClientHello,
  checkClientHello,
  requireGroups,
  requireSignatureSchemes,
} from '../../negotiate/client-hello.ts';
import { usingShare } from '../../negotiate/group.ts';
import { type HelloAnswer, withHelloAnswer } from '../../negotiate/hello-answer.ts';
import type { ChosenCredential } from '../../negotiate/own-signature.ts';
import { chooseCredential, chooseGroup, chooseSuite, isForName, shareOf } from '../../negotiate/parameters.ts';
import { checkQuicClientHello, requireProtocol } from '../../negotiate/quic.ts';
import type { ServerSetup } from '../../negotiate/server-setup.ts';
import { MAX_PLAINTEXT, MAX_SKIPPED_EARLY_DATA } from '../../record/limits.ts';
import type { Tls13Suite } from '../../registry/cipher-suites.ts';
import { EXTENSION_TYPES } from '../../registry/extension-types.ts';
import { GROUPS } from '../../registry/named-groups.ts';
import { VERSIONS } from '../../registry/versions.ts';
import type { Credential } from '../../requests.ts';
import { bindingOf } from '../../session/binding.ts';
import { type CertificateWishes, sendCertificate, sendFinished } from '../authentication.ts';
import { chooseCompression } from '../compression.ts';
import { type ApplicationSecrets, applicationSecrets, type HandshakeSecrets, handshakeSecrets } from '../secrets.ts';
import { certificateRequest } from './certificate-request.ts';
import { type ChosenPsk, choosePsk, hashOfKey, pskMode } from './choose-psk.ts';
import { takesEarlyData } from './early-data.ts';
import type { ServerStateOf } from './state.ts';
import { planTickets, type TicketPlan } from './tickets.ts';

type AfterStart = ServerStateOf<'START' | 'WAIT_EOED' | 'WAIT_CERT' | 'WAIT_FINISHED'>;

/** 32 bytes that only this handshake knows: the state stays here, so the cookie carries none (RFC 8446 section 4.2.2). */
const COOKIE_LENGTH = 32;

/** START, client_hello: RECVD_CH and NEGOTIATED of RFC 8446 appendix A.2. */
export function clientHello(
  context: HandshakeContext,
  state: ServerStateOf<'START'>,
  { message, bytes }: Received<'client_hello'>,
): Next<AfterStart> {
  const { setup, retry } = state;
  const hello = checkClientHello(message);
  const parameters = checkQuicClientHello(context.isQuic, message);
  if (parameters !== undefined) context.info.peerTransportParameters = parameters;
  context.layer.allowChangeCipherSpec(true);
  context.clientRandom ??= message.random;
  if (hello.summary.serverName !== undefined) context.info.serverName = hello.summary.serverName;
  if (retry !== undefined) checkSecondClientHello(retry.first, message, retry.cookie);
  context.info.helloRetryRequest = retry !== undefined;
  const preference = setup.config.serverPreference !== false;
  const suite =
    retry?.suite ?? chooseSuite(setup.settings, preference, message.cipherSuites, hashOfKey(setup, message));
  context.transcript.start(suite.hash);
  const psks = message.extensions.get(preSharedKey.clientHello);
  const unbound = psks === undefined ? bytes : bytes.subarray(0, bytes.length - bindersLength(psks.binders));
  const binderHash = psks === undefined ? EMPTY : context.transcript.digestWith(unbound);
  context.transcript.append(bytes);
  // Until the second ClientHello at most: a client sends none behind it (RFC 8446 section 4.2.10).
  const skipped = Math.max(MAX_SKIPPED_EARLY_DATA, setup.config.sessions?.earlyData?.max ?? 0);
  context.layer.skipEarlyData(message.extensions.has(EXTENSION_TYPES.early_data) ? skipped : 0);
  if (retry !== undefined) {
    checkSecondShare(hello.shares, GROUPS[retry.group], retry.group);
    return negotiated(context, { setup, hello, suite, group: retry.group, binderHash });
  }
  // A client that lets its keys be used in no other way gets no key exchange, unless they are of no use.
  if (psks !== undefined && pskMode(setup, message) === 'psk_ke') {
    return negotiated(context, { setup, hello, suite, group: undefined, binderHash });
  }
  const group = agreeOnGroup(setup, hello);
  if (shareOf(hello.shares, group) === undefined) return sendHelloRetryRequest(context, setup, hello, suite, group);
  return negotiated(context, { setup, hello, suite, group, binderHash });
}

function agreeOnGroup({ config, settings }: ServerSetup, { message, summary, shares }: CheckedClientHello): GroupName {
  requireGroups(message);
  return chooseGroup(settings, config.serverPreference !== false, summary.groups, shares).group;
}

/** What was agreed on so far. */
interface Negotiation {
  readonly setup: ServerSetup;
  readonly hello: CheckedClientHello;
  readonly suite: Tls13Suite;
  /** Absent where there is no key exchange (psk_ke). */
  readonly group: GroupName | undefined;
  /** Transcript hash up to the binders of the ClientHello. */
  readonly binderHash: Uint8Array;
}

function sendHelloRetryRequest(
  context: HandshakeContext,
  setup: ServerSetup,
  { message }: CheckedClientHello,
  suite: Tls13Suite,
  group: GroupName,
): ServerStateOf<'START'> {
  context.requireFlightEnd('client_hello');
  const sent = setup.config.cookie === false ? undefined : context.crypto.random(COOKIE_LENGTH);
  const extensions: RawExtension[] = [
    extension(supportedVersions.helloRetryRequest, VERSIONS.tls13),
    extension(keyShare.helloRetryRequest, GROUPS[group]),
  ];
  if (sent !== undefined) extensions.push(extension(cookie.helloRetryRequest, sent));
  const bytes = encodeHelloRetryRequest(
    {
      legacyVersion: VERSIONS.tls12,
      legacySessionIdEcho: message.legacySessionId,
      cipherSuite: suite.code,
      legacyCompressionMethod: 0,
      extensions,
    },
    context.allocate,
  );
  context.transcript.replaceWithMessageHash();
  context.send('initial', bytes);
  // Once, after the first message of the server (RFC 8446 appendix D.4).
  if (message.legacySessionId.length > 0) context.layer.writeChangeCipherSpec();
  return { name: 'START', setup, retry: { first: message, suite, group, cookie: sent } };
}

/** Everything is agreed on but how the server authenticates; a credential may have to be asked for. */
function negotiated(context: HandshakeContext, negotiation: Negotiation): Next<AfterStart> {
  const { setup, hello } = negotiation;
  return withHelloAnswer(setup, hello.summary, (answer) => authenticated(context, negotiation, answer));
}

/** By a pre-shared key that the client offers, else by one of the credentials. */
function authenticated(
  context: HandshakeContext,
  negotiation: Negotiation,
  { credentials, protocol }: HelloAnswer,
): Next<AfterStart> {
  const { setup, hello, suite, binderHash } = negotiation;
  if (context.isQuic) requireProtocol(protocol);
  const binding = bindingOf(setup, credentials[0]);
  return choosePsk(context, { setup, suite, binding, binderHash }, hello.message, (psk) => {
    const tickets = planTickets(setup, hello.message, binding, psk?.session);
    if (psk === undefined) return byCertificate(context, negotiation, credentials, protocol, tickets);
    return takesEarlyData(context, setup, hello.message, psk, suite, protocol, (takesEarly) => {
      // A session's name was acknowledged when it was made (RFC 6066 section 3).
      const isNamed = psk.session === undefined && isForName(credentials[0], context.info.serverName);
      return byPsk(context, negotiation, psk, { protocol, isNamed, takesEarly }, tickets);
    });
  });
}

function byCertificate(
  context: HandshakeContext,
  negotiation: Negotiation,
  credentials: readonly Credential[],
  protocol: string | undefined,
  tickets: TicketPlan | undefined,
): Next<AfterStart> {
  const { setup, hello, suite } = negotiation;
  if (credentials.length > 0) requireSignatureSchemes(hello.message);
  const chosen = chooseCredential(credentials, hello.summary, false);
  const group = negotiation.group ?? agreeOnGroup(setup, hello);
  if (shareOf(hello.shares, group) === undefined) return sendHelloRetryRequest(context, setup, hello, suite, group);
  const secrets = sendServerHello(context, hello, suite, group, undefined);
  context.setReadKey('handshake', secrets.client, 'client_hello');
  const isNamed = setup.config.credentials === 'ask' || isForName(chosen.credential, context.info.serverName);
  sendEncryptedExtensions(context, setup, hello, { protocol, isNamed, takesEarly: false });
  return sendAuthentication(context, setup, hello, chosen, secrets, tickets);
}

/** The key authenticates both: neither certificates nor a request for one (RFC 8446 section 2.2). */
function byPsk(
  context: HandshakeContext,
  { setup, hello, suite, group }: Negotiation,
  psk: ChosenPsk,
  answer: Answer,
  tickets: TicketPlan | undefined,
): AfterStart {
  const { info } = context;
  info.resumed = psk.session !== undefined;
  if (psk.session === undefined) info.pskIdentity = psk.identity;
  else {
    info.ticketAgeSkew = psk.ageSkew;
    if (psk.session.peerCertificates.length > 0) info.peerCertificates = psk.session.peerCertificates;
  }
  const earlyHash = answer.takesEarly ? context.transcript.digest() : EMPTY;
  const secrets = sendServerHello(context, hello, suite, group, psk);
  if (answer.takesEarly) readEarlyData(context, psk.early.clientTraffic(earlyHash));
  const isFollowed = answer.takesEarly && !context.isQuic;
  if (!isFollowed) context.setReadKey('handshake', secrets.client, 'client_hello');
  sendEncryptedExtensions(context, setup, hello, answer);
  const application = finishFlight(context, secrets);
  const { peer } = psk;
  context.mayAnswerEarly = answer.takesEarly;
  // QUIC has no EndOfEarlyData (RFC 9001 section 8.3).
  if (!isFollowed) return { name: 'WAIT_FINISHED', secrets, application, tickets, peer };
  return { name: 'WAIT_EOED', secrets, application, tickets, peer };
}

function readEarlyData(context: HandshakeContext, secret: TrafficSecret): void {
  context.announce('CLIENT_EARLY_TRAFFIC_SECRET', secret.secret);
  context.layer.skipEarlyData(0);
  context.setReadKey('early', secret, 'client_hello');
}

/** What EncryptedExtensions say beyond what the ClientHello asks for by itself. */
interface Answer {
  readonly protocol: string | undefined;
  /** Whether the credential, or that of the session, is for the client's name. */
  readonly isNamed: boolean;
  readonly takesEarly: boolean;
}

function sendServerHello(
  context: HandshakeContext,
  { message, shares }: CheckedClientHello,
  suite: Tls13Suite,
  group: GroupName | undefined,
  psk: ChosenPsk | undefined,
): HandshakeSecrets {
  const extensions = [extension(supportedVersions.serverHello, VERSIONS.tls13)];
  let secret: Uint8Array | undefined;
  if (group !== undefined) {
    const response = respond(context, shares, group);
    extensions.push(extension(keyShare.serverHello, { group: GROUPS[group], keyExchange: response.share }));
    secret = response.secret;
    context.info.group = group;
  }
  if (psk !== undefined) extensions.push(extension(preSharedKey.serverHello, psk.index));
  const bytes = encodeServerHello(
    {
      legacyVersion: VERSIONS.tls12,
      random: context.crypto.random(32),
      legacySessionIdEcho: message.legacySessionId,
      cipherSuite: suite.code,
      legacyCompressionMethod: 0,
      extensions,
    },
    context.allocate,
  );
  const retried = context.info.helloRetryRequest === true;
  context.send('initial', bytes);
  if (!retried && message.legacySessionId.length > 0) context.layer.writeChangeCipherSpec();
  context.info.version = 'TLS 1.3';
  context.info.cipherSuite = suite.name;
  const { crypto, allocate } = context;
  const secrets = handshakeSecrets(context, psk?.early ?? new EarlySecret({ crypto, suite, allocate }), secret);
  context.setWriteKey('handshake', secrets.server);
  return secrets;
}

function respond(context: HandshakeContext, shares: readonly KeyShareEntry[], group: GroupName) {
  const peer = shareOf(shares, group);
  if (peer === undefined) throw new Error(`negotiated ${group} without a share`);
  return usingShare(() => context.crypto.group(group).respond(peer.keyExchange), group);
}

function sendEncryptedExtensions(
  context: HandshakeContext,
  setup: ServerSetup,
  { message }: CheckedClientHello,
  { protocol, isNamed, takesEarly }: Answer,
): void {
  const extensions = giveAnswers(context, setup, message, { protocol, isNamed }, MAX_PLAINTEXT + 1);
  const { transportParameters } = setup.settings;
  if (transportParameters !== undefined) {
    extensions.push(extension(quicTransportParameters.encryptedExtensions, transportParameters));
  }
  if (message.extensions.has(EXTENSION_TYPES.early_data) && context.info.helloRetryRequest === false) {
    context.info.earlyData = takesEarly ? 'accepted' : 'rejected';
  }
  if (takesEarly) extensions.push(extension(earlyData.encryptedExtensions, null));
  context.send('handshake', encodeEncryptedExtensions({ extensions }, context.allocate));
}

function sendAuthentication(
  context: HandshakeContext,
  setup: ServerSetup,
  { message }: CheckedClientHello,
  chosen: ChosenCredential,
  secrets: HandshakeSecrets,
  tickets: TicketPlan | undefined,
): Next<AfterStart> {
  const asks = setup.config.clientCertificate === 'request' || setup.config.clientCertificate === 'require';
  if (asks) context.send('handshake', certificateRequest(context, setup));
  const wanted: CertificateWishes = {
    ocsp: message.extensions.get(statusRequest.clientHello) !== undefined,
    scts: message.extensions.get(signedCertificateTimestamp.clientHello) !== undefined,
    compression: chooseCompression(
      setup.settings.certificateCompression,
      message.extensions.get(compressCertificate.clientHello),
    ),
  };
  return sendCertificate(context, chosen, EMPTY, wanted, (): AfterStart => {
    const application = finishFlight(context, secrets);
    if (asks) return { name: 'WAIT_CERT', setup, secrets, application, tickets };
    return { name: 'WAIT_FINISHED', secrets, application, tickets, peer: 'anonymous' };
  });
}

function finishFlight(context: HandshakeContext, secrets: HandshakeSecrets): ApplicationSecrets {
  sendFinished(context, secrets.server);
  const application = applicationSecrets(context, secrets.schedule);
  context.setWriteKey('application', application.server);
  context.writeSecret = { secret: application.server, generation: 0 };
  return application;
}
