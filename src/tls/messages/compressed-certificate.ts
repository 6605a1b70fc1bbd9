import type { Allocator, Reader } from '../../bytes/index.ts';
import { encodeHandshake, type Outgoing } from './encode.ts';

/** A Certificate whose body was compressed (RFC 8879 section 4). */
export interface CompressedCertificate {
  readonly type: 'compressed_certificate';
  /** CertificateCompressionAlgorithm code point. */
  readonly algorithm: number;
  /** Length of the Certificate's body, in bytes. */
  readonly uncompressedLength: number;
  readonly compressedCertificateMessage: Uint8Array;
}

/** Decodes the body; nothing is decompressed here. */
export function decodeCompressedCertificate(reader: Reader): CompressedCertificate {
  const algorithm = reader.u16('certificate_compression_algorithm');
  const uncompressedLength = reader.u24('uncompressed_length');
  const compressedCertificateMessage = reader.opaque(3, 'compressed_certificate_message', 1);
  reader.end();
  return { type: 'compressed_certificate', algorithm, uncompressedLength, compressedCertificateMessage };
}

/** Encodes a whole CompressedCertificate, header included. */
export function encodeCompressedCertificate(message: Outgoing<CompressedCertificate>, alloc?: Allocator): Uint8Array {
  return encodeHandshake('compressed_certificate', alloc, (writer) =>
    writer.u16(message.algorithm).u24(message.uncompressedLength).opaque(3, message.compressedCertificateMessage),
  );
}
