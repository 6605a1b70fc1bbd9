/** The server of TLS 1.3: one file per state of RFC 8446 appendix A.2, bound to its table. */
import type { HandshakeContext } from '../../context.ts';
import { machine } from '../../machine.ts';
import { receiveKeyUpdate } from '../key-update.ts';
import { SERVER_STATES } from '../states.ts';
import { clientHello } from './start.ts';
import type { ServerState } from './state.ts';
import { certificate, compressedCertificate } from './wait-cert.ts';
import { certificateVerify } from './wait-cv.ts';
import { endOfEarlyData } from './wait-eoed.ts';
import { finished } from './wait-finished.ts';

/** Handlers of every arrow of the server's table. */
export const SERVER_MACHINE = machine<typeof SERVER_STATES, ServerState, HandshakeContext>(SERVER_STATES, {
  START: { client_hello: clientHello },
  WAIT_CERT: { certificate, compressed_certificate: compressedCertificate },
  WAIT_EOED: { end_of_early_data: endOfEarlyData },
  WAIT_CV: { certificate_verify: certificateVerify },
  WAIT_FINISHED: { finished },
  CONNECTED: { key_update: (context, state, { message }) => receiveKeyUpdate(context, state, message) },
});
