/** The server of TLS 1.2: one file per state, bound to its table. */
import type { HandshakeContext } from '../../context.ts';
import { machine } from '../../machine.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { refuseRenegotiation } from '../connected.ts';
import { SERVER_STATES } from '../states.ts';
import { clientHello } from './start.ts';
import type { ServerState } from './state.ts';
import { certificate } from './wait-cert.ts';
import { clientKeyExchange } from './wait-cke.ts';
import { certificateVerify } from './wait-cv.ts';
import { finished } from './wait-finished.ts';

/** Handlers of every arrow of the server's table. */
export const TLS12_SERVER = machine<typeof SERVER_STATES, ServerState, HandshakeContext, Tls12Message>(SERVER_STATES, {
  START: { client_hello: clientHello },
  WAIT_CERT: { certificate },
  WAIT_CKE: { client_key_exchange: clientKeyExchange },
  WAIT_CV: { certificate_verify: certificateVerify },
  WAIT_FINISHED: { finished },
  CONNECTED: { client_hello: refuseRenegotiation },
});
