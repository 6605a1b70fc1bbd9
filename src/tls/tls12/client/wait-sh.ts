import { equal } from '../../../bytes/index.ts';
import type { HandshakeContext } from '../../context.ts';
import { illegalParameter, TlsError } from '../../error.ts';
import { alpn } from '../../extensions/alpn.ts';
import { ecPointFormats, UNCOMPRESSED } from '../../extensions/ec-point-formats.ts';
import { encryptThenMac } from '../../extensions/encrypt-then-mac.ts';
import { extendedMasterSecret } from '../../extensions/extended-master-secret.ts';
import { isTls12Answer } from '../../extensions/known.ts';
import { recordSizeLimit } from '../../extensions/record-size-limit.ts';
import { renegotiationInfo } from '../../extensions/renegotiation-info.ts';
import { serverName } from '../../extensions/server-name.ts';
import { sessionTicket } from '../../extensions/session-ticket.ts';
import { signedCertificateTimestamp } from '../../extensions/signed-certificate-timestamp.ts';
import { statusRequest } from '../../extensions/status-request.ts';
import { takeAnswers } from '../../hello/answers.ts';
import type { Offer } from '../../hello/offer.ts';
import { checkSelection } from '../../hello/server-reply.ts';
import type { Received } from '../../machine.ts';
import type { ServerHello } from '../../messages/server-hello.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { showExtension, showSuite } from '../../registry/display.ts';
import type { Tls12Suite } from '../../registry/tls12-suites.ts';
import type { Session } from '../../session/session.ts';
import { checkRenegotiationInfo } from '../renegotiation.ts';
import { resumeSecrets } from '../secrets.ts';
import type { ClientAgreed, ClientStateOf } from './state.ts';
import { awaitFinished } from './wait-ticket.ts';

/** WAIT_SH, server_hello: TLS 1.2 was chosen. */
export function serverHello(
  context: HandshakeContext,
  { offer }: ClientStateOf<'WAIT_SH'>,
  { message, bytes }: Received<'server_hello', Tls12Message>,
): ClientStateOf<'WAIT_CERT' | 'WAIT_TICKET' | 'WAIT_FINISHED'> {
  const { extensions } = message;
  const suite = checkSelection(offer, message, offer.settings.tls12Suites);
  checkExtensions(message, suite);
  context.keyExchange = suite.keyExchange;
  if (offer.earlyData) throw earlyDataLost();
  const session = resumedSession(offer, message);
  const renegotiated = extensions.get(renegotiationInfo.serverHello);
  checkRenegotiationInfo('server_hello', renegotiated);
  if (renegotiated === undefined && offer.config.requireSecureRenegotiation === true) throw insecure();
  const { info } = context;
  info.secureRenegotiation = renegotiated !== undefined;
  info.cipherSuite = suite.name;
  info.extendedMasterSecret = extensions.get(extendedMasterSecret.serverHello) !== undefined;
  if ('blockCipher' in suite) info.encryptThenMac = extensions.get(encryptThenMac.serverHello) !== undefined;
  takeAnswers(context, offer, {
    protocol: extensions.get(alpn.serverHello),
    name: extensions.get(serverName.serverHello),
    limit: extensions.get(recordSizeLimit.serverHello),
  });
  if (session === undefined) context.transcript.keepRaw();
  context.transcript.start(suite.hash);
  context.transcript.append(bytes);
  const agreed = {
    suite,
    randoms: { client: offer.random, server: message.random },
    extendedMasterSecret: info.extendedMasterSecret,
    encryptThenMac: info.encryptThenMac === true,
    sessionId: message.legacySessionIdEcho,
    hasTicket: extensions.get(sessionTicket.serverHello) !== undefined,
  };
  if (session !== undefined) return resume(context, offer, agreed, session);
  return {
    name: 'WAIT_CERT',
    offer,
    agreed,
    mayHaveStatus: extensions.get(statusRequest.serverHello) !== undefined,
    scts: extensions.get(signedCertificateTimestamp.serverHello),
  };
}

function insecure(): TlsError {
  return new TlsError({
    code: 'MISSING_EXTENSION',
    alert: 'handshake_failure',
    fault: 'peer',
    message: 'server_hello has no renegotiation_info, which is required here',
    spec: 'RFC 5746 section 4.1',
  });
}

/** The session that a server resumes by repeating its id. What it was made with has to be repeated too. */
function resumedSession(
  offer: Offer,
  { legacySessionIdEcho, cipherSuite, extensions }: ServerHello,
): Session | undefined {
  if (offer.legacySessionId.length === 0 || !equal(legacySessionIdEcho, offer.legacySessionId)) return undefined;
  const session = offer.tls12Session;
  const spec = 'RFC 5246 section 7.4.1.3';
  // Made up for middleboxes: no server knows a session by it.
  if (session === undefined) throw illegalParameter('server_hello resumes a session that was not offered', spec);
  if (cipherSuite !== session.cipherSuite) {
    throw illegalParameter(
      `server_hello resumes a session of ${showSuite(session.cipherSuite)} with another suite`,
      spec,
    );
  }
  if (extensions.get(extendedMasterSecret.serverHello) !== undefined) return session;
  throw new TlsError({
    code: 'MISSING_EXTENSION',
    alert: 'handshake_failure',
    fault: 'peer',
    message: 'server_hello resumes a session without the extended_master_secret that it was made with',
    spec: 'RFC 7627 section 5.3',
  });
}

function resume(
  context: HandshakeContext,
  offer: Offer,
  agreed: ClientAgreed,
  session: Session,
): ClientStateOf<'WAIT_TICKET' | 'WAIT_FINISHED'> {
  const { info } = context;
  info.resumed = true;
  if (session.peerCertificates.length > 0) info.peerCertificates = session.peerCertificates;
  return awaitFinished(
    context,
    { offer, agreed, secrets: resumeSecrets(context, agreed, session.secret), peer: session },
    'server_hello',
  );
}

/** Extensions of TLS 1.3 were offered too, and may not be answered here (RFC 8446 section 4.2). */
function checkExtensions({ extensions }: ServerHello, suite: Tls12Suite): void {
  const foreign = extensions.ids().find((id) => !isTls12Answer(id));
  if (foreign !== undefined) {
    throw new TlsError({
      code: 'UNSUPPORTED_EXTENSION',
      alert: 'unsupported_extension',
      fault: 'peer',
      message: `server_hello of TLS 1.2 has the extension ${showExtension(foreign)}`,
      spec: 'RFC 8446 section 4.2',
    });
  }
  if (extensions.get(encryptThenMac.serverHello) !== undefined && !('blockCipher' in suite)) {
    throw illegalParameter(`encrypt_then_mac with ${suite.name}`, 'RFC 7366 section 3');
  }
  const formats = extensions.get(ecPointFormats.serverHello);
  if (formats !== undefined && !formats.includes(UNCOMPRESSED)) {
    throw illegalParameter('ec_point_formats is without uncompressed', 'RFC 8422 section 5.1.2');
  }
}

/** What was sent under the key of TLS 1.3 is lost, and the server would take it for something else (RFC 8446 appendix D.3). */
function earlyDataLost(): TlsError {
  return new TlsError({
    code: 'ILLEGAL_PARAMETER',
    alert: 'protocol_version',
    fault: 'peer',
    message: 'the server chose TLS 1.2 after early data of TLS 1.3 was sent',
    spec: 'RFC 8446 appendix D.3',
  });
}
