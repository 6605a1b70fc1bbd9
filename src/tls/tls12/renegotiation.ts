import { TlsError } from '../error.ts';

/**
 * Checks the renegotiation_info of a hello: in a first handshake there is nothing to renegotiate (RFC 5746 sections 3.4
 * and 3.6). @throws TlsError ILLEGAL_PARAMETER
 */
export function checkRenegotiationInfo(hello: 'client_hello' | 'server_hello', value: Uint8Array | undefined): void {
  if (value === undefined || value.length === 0) return;
  throw new TlsError({
    code: 'ILLEGAL_PARAMETER',
    alert: 'handshake_failure',
    fault: 'peer',
    message: `${hello} renegotiates, and this is the first handshake`,
    spec: 'RFC 5746 section 3.4',
  });
}
