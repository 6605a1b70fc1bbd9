import { reverse } from './reverse.ts';

/** IANA "TLS Certificate Compression Algorithm IDs", by name (RFC 8879 section 7.3). */
export const CERTIFICATE_COMPRESSION_ALGORITHMS = { zlib: 1, brotli: 2, zstd: 3 } as const;

/** A certificate compression algorithm by its registered name. */
type CertificateCompressionName = keyof typeof CERTIFICATE_COMPRESSION_ALGORITHMS;

const NAMES = reverse(CERTIFICATE_COMPRESSION_ALGORITHMS);

/** The registered name of an algorithm's code, or `undefined` for one that is not registered. */
export function certificateCompressionName(code: number): CertificateCompressionName | undefined {
  return NAMES.get(code);
}
