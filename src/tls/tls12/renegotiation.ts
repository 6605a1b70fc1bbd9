import type { HandshakeContext } from '../context.ts';
import { TlsError } from '../error.ts';
import { HANDSHAKE_HEADER_LENGTH } from '../messages/frame.ts';
import type { AlertName } from '../registry/alerts.ts';
import { HANDSHAKE_TYPES } from '../registry/handshake-types.ts';

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

/**
 * Counts a wish to renegotiate that is not followed.
 * @param alert tells the peer that it was one too many.
 * @throws TlsError LIMIT_EXCEEDED
 */
export function passOverRenegotiation(context: HandshakeContext, alert: AlertName, spec: string): void {
  if (context.renegotiationsLeft-- > 0) return;
  throw new TlsError({
    code: 'LIMIT_EXCEEDED',
    alert,
    fault: 'peer',
    message: 'the peer wishes to renegotiate more often than is passed over (maxRenegotiations)',
    spec,
  });
}

/**
 * Whether a message is the server's wish to begin what its client is at already. It is ignored, and in no transcript
 * (RFC 5246 section 7.4.1.1). @throws TlsError LIMIT_EXCEEDED
 */
export function ignoresHelloRequest(context: HandshakeContext, type: number, bytes: Uint8Array): boolean {
  const isWish = type === HANDSHAKE_TYPES.hello_request && bytes.length === HANDSHAKE_HEADER_LENGTH;
  // Only a client to which the server may speak TLS 1.2.
  if (!isWish || context.role !== 'client' || !context.hasWarnings) return false;
  passOverRenegotiation(context, 'unexpected_message', 'RFC 5246 section 7.4.1.1');
  return true;
}
