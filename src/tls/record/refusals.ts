import { TlsError } from '../error.ts';

/** A record of another kind than is due. */
export function unexpected(got: string, expected: string, section: string): TlsError {
  return new TlsError({
    code: 'UNEXPECTED_RECORD',
    alert: 'unexpected_message',
    fault: 'peer',
    message: `got ${got}, expected ${expected}`,
    spec: `RFC 8446 section ${section}`,
  });
}

/** A record inside a handshake message (RFC 8446 section 5.1). */
export function interleaved(): TlsError {
  return unexpected('another record', 'the rest of a handshake message', '5.1');
}

/** A limit on alerts (RFC 8446 section 6.1). */
export function tooMany(message: string): TlsError {
  const spec = 'RFC 8446 section 6.1';
  return new TlsError({ code: 'LIMIT_EXCEEDED', alert: 'unexpected_message', fault: 'peer', message, spec });
}

/** An end of the transport that nobody announced. */
export function truncated(afterHandshake: boolean): TlsError {
  return new TlsError({
    code: 'CONNECTION_TRUNCATED',
    alert: null,
    fault: 'peer',
    message: `the transport ended without close_notify ${afterHandshake ? 'after' : 'during'} the handshake`,
    spec: 'RFC 8446 section 6.1',
  });
}
