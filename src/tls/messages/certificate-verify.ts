import type { Allocator, Reader } from '../../bytes/index.ts';
import { encodeHandshake, type Outgoing } from './encode.ts';

/** Proof that the sender has the key of its certificate (RFC 8446 section 4.4.3). */
export interface CertificateVerify {
  readonly type: 'certificate_verify';
  /** SignatureScheme code point. */
  readonly algorithm: number;
  readonly signature: Uint8Array;
}

/** Decodes the body. */
export function decodeCertificateVerify(reader: Reader): CertificateVerify {
  const algorithm = reader.u16('algorithm');
  const signature = reader.opaque(2, 'signature');
  reader.end();
  return { type: 'certificate_verify', algorithm, signature };
}

/** Encodes a whole CertificateVerify, header included. */
export function encodeCertificateVerify(message: Outgoing<CertificateVerify>, alloc?: Allocator): Uint8Array {
  return encodeHandshake('certificate_verify', alloc, (writer) =>
    writer.u16(message.algorithm).opaque(2, message.signature),
  );
}
