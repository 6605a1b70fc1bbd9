import type { HandshakeContext } from '../context.ts';
import { passOverRenegotiation } from './renegotiation.ts';

/** CONNECTED of both machines: application data flows. */
export interface Connected {
  readonly name: 'CONNECTED';
}

/** The state after both Finished. */
export const CONNECTED: Connected = { name: 'CONNECTED' };

/** Refuses to negotiate anew, and goes on as before (RFC 5246 section 7.2.2). */
export function refuseRenegotiation(context: HandshakeContext): Connected {
  passOverRenegotiation(context, 'no_renegotiation', 'RFC 5246 section 7.2.2');
  context.tls12.writeWarning('no_renegotiation');
  return CONNECTED;
}
