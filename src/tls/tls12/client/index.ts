/** The client of TLS 1.2: one file per state, bound to its table. */
import type { HandshakeContext } from '../../context.ts';
import { machine } from '../../machine.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { refuseRenegotiation } from '../connected.ts';
import { CLIENT_STATES } from '../states.ts';
import type { ClientState } from './state.ts';
import { certificate, certificateStatus, statusOfDecrypting } from './wait-cert.ts';
import { certificateRequest } from './wait-cr-shd.ts';
import { finished } from './wait-finished.ts';
import { serverHello } from './wait-sh.ts';
import { serverHelloDone } from './wait-shd.ts';
import { serverKeyExchange } from './wait-ske.ts';
import { newSessionTicket } from './wait-ticket.ts';

/** Handlers of every arrow of the client's table. */
export const TLS12_CLIENT = machine<typeof CLIENT_STATES, ClientState, HandshakeContext, Tls12Message>(CLIENT_STATES, {
  WAIT_SH: { server_hello: serverHello },
  WAIT_CERT: { certificate },
  WAIT_STATUS_SKE: { certificate_status: certificateStatus, server_key_exchange: serverKeyExchange },
  WAIT_STATUS_CR_SHD: {
    certificate_status: statusOfDecrypting,
    certificate_request: certificateRequest,
    server_hello_done: serverHelloDone,
  },
  WAIT_SKE: { server_key_exchange: serverKeyExchange },
  WAIT_CR_SHD: { certificate_request: certificateRequest, server_hello_done: serverHelloDone },
  WAIT_SHD: { server_hello_done: serverHelloDone },
  WAIT_TICKET: { new_session_ticket: newSessionTicket },
  WAIT_FINISHED: { finished },
  CONNECTED: { hello_request: refuseRenegotiation },
});
