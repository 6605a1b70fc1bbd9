import { equal } from '../../../bytes/index.ts';
import type { HandshakeContext } from '../../context.ts';
import { illegalParameter, TlsError } from '../../error.ts';
import { alpn } from '../../extensions/alpn.ts';
import { ecPointFormats, UNCOMPRESSED } from '../../extensions/ec-point-formats.ts';
import { extendedMasterSecret } from '../../extensions/extended-master-secret.ts';
import { isTls12Answer } from '../../extensions/known.ts';
import { recordSizeLimit } from '../../extensions/record-size-limit.ts';
import { renegotiationInfo } from '../../extensions/renegotiation-info.ts';
import { serverName } from '../../extensions/server-name.ts';
import { signedCertificateTimestamp } from '../../extensions/signed-certificate-timestamp.ts';
import { statusRequest } from '../../extensions/status-request.ts';
import { takeAnswers } from '../../hello/answers.ts';
import { checkSelection } from '../../hello/server-reply.ts';
import type { Received } from '../../machine.ts';
import type { ServerHello } from '../../messages/server-hello.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { showExtension } from '../../registry/display.ts';
import { checkRenegotiationInfo } from '../renegotiation.ts';
import type { ClientStateOf } from './state.ts';

/** WAIT_SH, server_hello: TLS 1.2 was chosen. */
export function serverHello(
  context: HandshakeContext,
  { offer }: ClientStateOf<'WAIT_SH'>,
  { message, bytes }: Received<'server_hello', Tls12Message>,
): ClientStateOf<'WAIT_CERT'> {
  const { extensions } = message;
  const suite = checkSelection(offer, message, offer.settings.tls12Suites);
  checkExtensions(message);
  if (offer.earlyData) throw earlyDataLost();
  // Ours was made up for middleboxes: no server knows a session by it.
  if (offer.legacySessionId.length > 0 && equal(message.legacySessionIdEcho, offer.legacySessionId)) {
    throw illegalParameter('server_hello resumes a session that was not offered', 'RFC 5246 section 7.4.1.3');
  }
  const renegotiated = extensions.get(renegotiationInfo.serverHello);
  checkRenegotiationInfo('server_hello', renegotiated);
  const { info } = context;
  info.secureRenegotiation = renegotiated !== undefined;
  info.cipherSuite = suite.name;
  info.extendedMasterSecret = extensions.get(extendedMasterSecret.serverHello) !== undefined;
  takeAnswers(context, offer, {
    protocol: extensions.get(alpn.serverHello),
    name: extensions.get(serverName.serverHello),
    limit: extensions.get(recordSizeLimit.serverHello),
  });
  context.transcript.keepRaw();
  context.transcript.start(suite.hash);
  context.transcript.append(bytes);
  const randoms = { client: offer.random, server: message.random };
  return {
    name: 'WAIT_CERT',
    offer,
    agreed: { suite, randoms, extendedMasterSecret: info.extendedMasterSecret },
    mayHaveStatus: extensions.get(statusRequest.serverHello) !== undefined,
    scts: extensions.get(signedCertificateTimestamp.serverHello),
  };
}

/** Extensions of TLS 1.3 were offered too, and may not be answered here (RFC 8446 section 4.2). */
function checkExtensions({ extensions }: ServerHello): void {
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
