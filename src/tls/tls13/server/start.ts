import { EMPTY, fromAscii } from '../../../bytes/index.ts';
import type { GroupName } from '../../../crypto/index.ts';
import type { HandshakeContext } from '../../context.ts';
import { alpn } from '../../extensions/alpn.ts';
import { extension, type RawExtension } from '../../extensions/block.ts';
import { compressCertificate } from '../../extensions/compress-certificate.ts';
import { cookie } from '../../extensions/cookie.ts';
import { keyShare } from '../../extensions/key-share.ts';
import { recordSizeLimit } from '../../extensions/record-size-limit.ts';
import { serverName } from '../../extensions/server-name.ts';
import { signedCertificateTimestamp } from '../../extensions/signed-certificate-timestamp.ts';
import { statusRequest } from '../../extensions/status-request.ts';
import { supportedVersions } from '../../extensions/supported-versions.ts';
import { checkSecondClientHello, checkSecondShare } from '../../hello/second-client-hello.ts';
import { ask, type Next, type Received } from '../../machine.ts';
import { encodeEncryptedExtensions } from '../../messages/encrypted-extensions.ts';
import { encodeHelloRetryRequest, encodeServerHello } from '../../messages/server-hello.ts';
import { type CheckedClientHello, checkClientHello } from '../../negotiate/client-hello.ts';
import { usingShare } from '../../negotiate/group.ts';
import {
  type ChosenCredential,
  chooseAlpn,
  chooseCredential,
  chooseGroup,
  chooseSuite,
  isFor,
  noCertificate,
  shareOf,
} from '../../negotiate/parameters.ts';
import type { ServerSetup } from '../../negotiate/server-setup.ts';
import type { Tls13Suite } from '../../registry/cipher-suites.ts';
import { EXTENSION_TYPES } from '../../registry/extension-types.ts';
import { GROUPS } from '../../registry/named-groups.ts';
import { VERSIONS } from '../../registry/versions.ts';
import type { Credential } from '../../requests.ts';
import { type CertificateWishes, sendCertificate, sendFinished } from '../authentication.ts';
import { chooseCompression } from '../compression.ts';
import { applicationSecrets, type HandshakeSecrets, handshakeSecrets } from '../secrets.ts';
import { certificateRequest } from './certificate-request.ts';
import type { ServerStateOf } from './state.ts';

type AfterStart = ServerStateOf<'START'> | ServerStateOf<'WAIT_CERT'> | ServerStateOf<'WAIT_FINISHED'>;

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
  context.layer.allowChangeCipherSpec(true);
  context.clientRandom ??= message.random;
  if (hello.summary.serverName !== undefined) context.info.serverName = hello.summary.serverName;
  if (retry !== undefined) checkSecondClientHello(retry.first, message, retry.cookie);
  context.info.helloRetryRequest = retry !== undefined;
  const preference = setup.config.serverPreference !== false;
  const suite = retry?.suite ?? chooseSuite(setup.settings, preference, message.cipherSuites);
  context.transcript.append(bytes);
  context.transcript.start(suite.hash);
  // Until the second ClientHello at most: a client sends none behind it (RFC 8446 section 4.2.10).
  context.layer.skipEarlyData(message.extensions.has(EXTENSION_TYPES.early_data));
  if (retry !== undefined) {
    checkSecondShare(hello.shares, GROUPS[retry.group], retry.group);
    return negotiated(context, setup, hello, suite, retry.group);
  }
  const { group, hasShare } = chooseGroup(setup.settings, preference, hello.summary.groups, hello.shares);
  if (hasShare) return negotiated(context, setup, hello, suite, group);
  return sendHelloRetryRequest(context, setup, hello, suite, group);
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

/** Everything is agreed on but the credential, which may have to be asked for. */
function negotiated(
  context: HandshakeContext,
  setup: ServerSetup,
  hello: CheckedClientHello,
  suite: Tls13Suite,
  group: GroupName,
): Next<AfterStart> {
  const { config } = setup;
  const protocol = chooseAlpn(setup.settings.alpn, hello.summary.alpn);
  const proceed = (chosen: ChosenCredential): Next<AfterStart> => {
    const secrets = sendServerHello(context, hello, suite, group);
    sendEncryptedExtensions(context, setup, hello, protocol, chosen.credential);
    return sendAuthentication(context, setup, hello, chosen, secrets);
  };
  if (config.credentials !== 'ask') {
    return proceed(chooseCredential(config.credentials, hello.summary, config.rejectUnknownName === true));
  }
  return ask('client_hello', hello.summary, (credential) => {
    if (credential === null) throw noCertificate(hello.summary.serverName);
    return proceed(chooseCredential([credential], hello.summary, false));
  });
}

function sendServerHello(
  context: HandshakeContext,
  { message, shares }: CheckedClientHello,
  suite: Tls13Suite,
  group: GroupName,
): HandshakeSecrets {
  const peer = shareOf(shares, group);
  if (peer === undefined) throw new Error(`negotiated ${group} without a share`);
  const { share, secret } = usingShare(() => context.crypto.group(group).respond(peer.keyExchange), group);
  const bytes = encodeServerHello(
    {
      legacyVersion: VERSIONS.tls12,
      random: context.crypto.random(32),
      legacySessionIdEcho: message.legacySessionId,
      cipherSuite: suite.code,
      legacyCompressionMethod: 0,
      extensions: [
        extension(supportedVersions.serverHello, VERSIONS.tls13),
        extension(keyShare.serverHello, { group: GROUPS[group], keyExchange: share }),
      ],
    },
    context.allocate,
  );
  const retried = context.info.helloRetryRequest === true;
  context.send('initial', bytes);
  if (!retried && message.legacySessionId.length > 0) context.layer.writeChangeCipherSpec();
  context.info.version = 'TLS 1.3';
  context.info.cipherSuite = suite.name;
  context.info.group = group;
  const secrets = handshakeSecrets(context, suite, secret);
  context.setWriteKey('handshake', secrets.server);
  context.setReadKey('handshake', secrets.client, 'client_hello');
  return secrets;
}

function sendEncryptedExtensions(
  context: HandshakeContext,
  { config }: ServerSetup,
  { message }: CheckedClientHello,
  protocol: string | undefined,
  credential: Credential,
): void {
  const extensions: RawExtension[] = [];
  const { serverName: name } = context.info;
  // Only a name that was used is acknowledged (RFC 6066 section 3).
  if (name !== undefined && (config.credentials === 'ask' || isFor(credential, name))) {
    extensions.push(extension(serverName.encryptedExtensions, null));
    context.info.serverNameAcknowledged = true;
  }
  if (protocol !== undefined) {
    extensions.push(extension(alpn.encryptedExtensions, fromAscii(protocol)));
    context.info.alpn = protocol;
  }
  const limit = message.extensions.get(recordSizeLimit.clientHello);
  if (limit !== undefined) {
    context.info.peerRecordSizeLimit = limit;
    context.layer.limitWrites(limit);
    if (config.recordSizeLimit !== undefined) {
      extensions.push(extension(recordSizeLimit.encryptedExtensions, config.recordSizeLimit));
      context.layer.limitReads(config.recordSizeLimit);
    }
  }
  context.send('handshake', encodeEncryptedExtensions({ extensions }, context.allocate));
}

function sendAuthentication(
  context: HandshakeContext,
  setup: ServerSetup,
  { message }: CheckedClientHello,
  { credential, scheme }: ChosenCredential,
  secrets: HandshakeSecrets,
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
  return sendCertificate(context, credential, scheme, EMPTY, wanted, (): AfterStart => {
    sendFinished(context, secrets.server);
    const application = applicationSecrets(context, secrets.schedule);
    context.setWriteKey('application', application.server);
    context.writeSecret = { secret: application.server, generation: 0 };
    if (asks) return { name: 'WAIT_CERT', setup, secrets, application };
    return { name: 'WAIT_FINISHED', secrets, application, peer: 'anonymous' };
  });
}
