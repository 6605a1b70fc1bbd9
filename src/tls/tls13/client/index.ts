/** The client of TLS 1.3: one file per state of RFC 8446 appendix A.1, bound to its table. */
import type { HandshakeContext } from '../../context.ts';
import { machine } from '../../machine.ts';
import { receiveKeyUpdate } from '../key-update.ts';
import { CLIENT_STATES } from '../states.ts';
import { newSessionTicket } from './connected.ts';
import { postHandshakeRequest } from './post-handshake.ts';
import type { ClientState } from './state.ts';
import { certificate, compressedCertificate } from './wait-cert.ts';
import { certificateRequest } from './wait-cert-cr.ts';
import { certificateVerify } from './wait-cv.ts';
import { encryptedExtensions } from './wait-ee.ts';
import { finished } from './wait-finished.ts';
import { helloRetryRequest, serverHello } from './wait-sh.ts';

export { start } from './wait-sh.ts';

/** Handlers of every arrow of the client's table. */
export const CLIENT_MACHINE = machine<typeof CLIENT_STATES, ClientState, HandshakeContext>(CLIENT_STATES, {
  WAIT_SH: { server_hello: serverHello, hello_retry_request: helloRetryRequest },
  WAIT_EE: { encrypted_extensions: encryptedExtensions },
  WAIT_CERT_CR: { certificate_request: certificateRequest, certificate, compressed_certificate: compressedCertificate },
  WAIT_CERT: { certificate, compressed_certificate: compressedCertificate },
  WAIT_CV: { certificate_verify: certificateVerify },
  WAIT_FINISHED: { finished },
  CONNECTED: {
    certificate_request: postHandshakeRequest,
    new_session_ticket: newSessionTicket,
    key_update: (context, state, { message }) => receiveKeyUpdate(context, state, message),
  },
});
