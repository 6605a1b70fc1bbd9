import type { Allocator, Reader } from '../../../bytes/index.ts';
import { malformed } from '../../extensions/codec.ts';
import { encodeHandshake } from '../encode.ts';

/** CertificateStatusType ocsp (RFC 6066 section 8). */
const OCSP = 1;

/** An OCSP response of the server's certificate, behind the Certificate message (RFC 6066 section 8). */
export interface CertificateStatus {
  readonly type: 'certificate_status';
  /** A DER OCSPResponse. */
  readonly response: Uint8Array;
}

/** Decodes the body. */
export function decodeCertificateStatus(reader: Reader): CertificateStatus {
  const start = reader.offset;
  const type = reader.u8('status_type');
  if (type !== OCSP) throw malformed(`status_type is ${type}, expected ocsp (${OCSP})`, reader, start);
  const response = reader.opaque(3, 'response', 1);
  reader.end();
  return { type: 'certificate_status', response };
}

/** Encodes a whole CertificateStatus, header included. @param response a DER OCSPResponse */
export function encodeCertificateStatus(response: Uint8Array, alloc?: Allocator): Uint8Array {
  return encodeHandshake('certificate_status', alloc, (writer) => writer.u8(OCSP).opaque(3, response));
}
