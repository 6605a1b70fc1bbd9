import type { HandshakeContext } from '../context.ts';
import { TlsError } from '../error.ts';
import { MAX_RENEGOTIATIONS } from '../record/limits.ts';

/** CONNECTED of both machines: application data flows. */
export interface Connected {
  readonly name: 'CONNECTED';
}

/** The state after both Finished. */
export const CONNECTED: Connected = { name: 'CONNECTED' };

/** Refuses to negotiate anew, and goes on as before (RFC 5246 section 7.2.2). */
export function refuseRenegotiation(context: HandshakeContext): Connected {
  if (++context.renegotiations > MAX_RENEGOTIATIONS) {
    throw new TlsError({
      code: 'LIMIT_EXCEEDED',
      alert: 'no_renegotiation',
      fault: 'peer',
      message: `more than ${MAX_RENEGOTIATIONS} wishes to renegotiate, which was refused`,
      spec: 'RFC 5246 section 7.2.2',
    });
  }
  context.tls12.writeWarning('no_renegotiation');
  return CONNECTED;
}
