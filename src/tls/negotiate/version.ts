import { TlsError } from '../error.ts';

/** A hello whose legacy_version is SSL 3.0 ends the handshake, whatever else it offers (RFC 8446 appendix D.5). */
export function ssl3(message: 'client_hello' | 'server_hello'): TlsError {
  return new TlsError({
    code: 'NO_COMMON_VERSION',
    alert: 'protocol_version',
    fault: 'incompatible',
    message: `${message} has legacy_version SSL 3.0, which must not be used`,
    spec: 'RFC 8446 appendix D.5',
  });
}
