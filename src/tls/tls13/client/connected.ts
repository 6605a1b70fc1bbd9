import type { HandshakeContext } from '../../context.ts';
import type { Connected } from '../connected.ts';

/** CONNECTED, new_session_ticket: this client does not resume and keeps none (RFC 8446 section 4.6.1 allows it). */
export function newSessionTicket(_: HandshakeContext, state: Connected): Connected {
  return state;
}
