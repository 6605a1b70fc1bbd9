import type { HandshakeContext } from '../../context.ts';
import { ask, type Next, type Received } from '../../machine.ts';
import { encodeCertificate } from '../../messages/certificate.ts';
import { chooseScheme } from '../../negotiate/signature.ts';
import type { Credential } from '../../requests.ts';
import { checkFinished, sendCertificate, sendFinished } from '../authentication.ts';
import type { Connected } from '../connected.ts';
import { applicationSecrets } from '../secrets.ts';
import type { ClientStateOf, ReceivedCertificateRequest } from './state.ts';

/** WAIT_FINISHED, finished: the server is authenticated, our second flight goes out (RFC 8446 section 4.4). */
export function finished(
  context: HandshakeContext,
  { offer, secrets, request }: ClientStateOf<'WAIT_FINISHED'>,
  { message, transcriptHash }: Received<'finished'>,
): Next<Connected> {
  checkFinished(message, secrets.server, transcriptHash);
  // The application secrets cover exactly up to here, not our own flight (RFC 8446 section 7.1).
  const application = applicationSecrets(context, secrets.schedule);
  context.layer.allowChangeCipherSpec(false);
  context.setReadKey('application', application.server, 'finished');
  const complete = (): Connected => {
    sendFinished(context, secrets.client);
    context.setWriteKey('application', application.client);
    context.writeSecret = { secret: application.client, generation: 0 };
    return { name: 'CONNECTED', readSecret: application.server, readGeneration: 0 };
  };
  if (request === undefined) return complete();
  const configured = offer.config.credential;
  if (configured !== 'ask') return authenticate(context, request, configured ?? null, complete);
  return ask('client_certificate', request.summary, (credential) =>
    authenticate(context, request, credential, complete),
  );
}

/** Answers a CertificateRequest, with an empty list when there is nothing that fits (RFC 8446 section 4.4.2). */
function authenticate(
  context: HandshakeContext,
  request: ReceivedCertificateRequest,
  credential: Credential | null,
  complete: () => Connected,
): Next<Connected> {
  const scheme =
    credential === null ? undefined : chooseScheme(credential.key.schemes, request.summary.signatureSchemes);
  if (credential === null || scheme === undefined) {
    const empty = { certificateRequestContext: request.context, certificateList: [] };
    context.send('handshake', encodeCertificate(empty, context.allocate));
    return complete();
  }
  return sendCertificate(context, credential, scheme, request.context, request.wishes, complete);
}
