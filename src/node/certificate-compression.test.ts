import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type CertificateCompressionName, certificateCompression } from './certificate-compression.ts';

const NAMES: readonly CertificateCompressionName[] =
  'zstdCompressSync' in zlib ? ['zlib', 'brotli', 'zstd'] : ['zlib', 'brotli'];
const certificate = Buffer.from('certificate '.repeat(100));

describe.each(NAMES)('%s', (name) => {
  const [codec] = certificateCompression([name]);
  if (codec === undefined) throw new Error('no codec');
  const packed = codec.compress(certificate);

  test('makes a certificate small and whole again', () => {
    expect(packed.length).toBeLessThan(certificate.length / 4);
    expect(codec.decompress(packed, certificate.length)).toEqual(certificate);
  });

  test('stops at the first byte beyond what was announced', () => {
    expect(() => codec.decompress(packed, certificate.length - 1)).toThrow();
    const bomb = codec.compress(new Uint8Array(50_000_000));
    // Of this thread alone: what others do meanwhile is in the resident set.
    const before = process.memoryUsage().arrayBuffers;
    expect(() => codec.decompress(bomb, 1000)).toThrow();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });

  test('refuses what is cut short, what stands behind, and what is none', () => {
    const refused = (data: Uint8Array) => {
      try {
        return codec.decompress(data, certificate.length) === null;
      } catch {
        return true;
      }
    };
    expect(refused(packed.subarray(0, packed.length - 1))).toBe(true);
    expect(refused(Buffer.concat([packed, Buffer.of(0)]))).toBe(true);
    expect(refused(certificate)).toBe(true);
  });

  test('remembers what it compressed', () => {
    expect(codec.compress(Buffer.from(certificate))).toBe(packed);
    for (let i = 0; i < 40; i++) codec.compress(Buffer.from(`another ${i}`));
    expect(codec.compress(certificate)).not.toBe(packed);
  });
});

test('the codecs come in order, with the codes of IANA', () => {
  expect(certificateCompression(['brotli', 'zlib']).map(({ algorithm }) => algorithm)).toEqual([2, 1]);
});

test('other names are refused, and zstd where Node has none', () => {
  const wrong = expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' });
  expect(() => certificateCompression(['gzip' as 'zlib'])).toThrow(wrong);
  if (!NAMES.includes('zstd')) expect(() => certificateCompression(['zstd'])).toThrow(wrong);
});
