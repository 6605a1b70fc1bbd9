/** Certificate compression (RFC 8879) by node:zlib, for the engine, which has no algorithm of its own. */
import type { InputType } from 'node:zlib';
import type { CertificateCompression } from '../tls/index.ts';
import { CERTIFICATE_COMPRESSION_ALGORITHMS } from '../tls/wire.ts';
import { builtin } from './builtin.ts';
import { argumentError } from './error.ts';

/** What node:tls calls the algorithms. */
export type CertificateCompressionName = keyof typeof CERTIFICATE_COMPRESSION_ALGORITHMS;

interface Codec {
  readonly compress: (data: Uint8Array) => Buffer;
  readonly decompress: ((data: InputType, options: Bounded) => Decompressed) | undefined;
}

/** Stops with an exception at the first byte beyond; `info` tells how much of the input was read. */
interface Bounded {
  readonly maxOutputLength: number;
  readonly info: true;
}

interface Decompressed {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** Compressed chains that are remembered per algorithm: a server has few, and each costs milliseconds. */
const MAX_REMEMBERED = 32;

const made = new Map<CertificateCompressionName, CertificateCompression>();

/**
 * The algorithms of these names, in order of preference.
 * @throws code ERR_INVALID_ARG_VALUE for another name, and for zstd where this Node has none.
 */
export function certificateCompression(names: readonly CertificateCompressionName[]): CertificateCompression[] {
  return names.map((name) => {
    const codec = made.get(name) ?? make(name);
    made.set(name, codec);
    return codec;
  });
}

function make(name: CertificateCompressionName): CertificateCompression {
  const { compress, decompress } = codecOf(name);
  if (decompress === undefined) {
    throw argumentError('ERR_INVALID_ARG_VALUE', `certificateCompression: ${name} is not in Node ${process.version}`);
  }
  return {
    algorithm: CERTIFICATE_COMPRESSION_ALGORITHMS[name],
    compress: remembering(compress),
    decompress: (data, length) => {
      const { buffer, engine } = decompress(data, { maxOutputLength: length, info: true });
      // Nothing may stand behind what was compressed.
      return engine.bytesWritten === data.length ? buffer : null;
    },
  };
}

function codecOf(name: CertificateCompressionName): Codec {
  const zlib = builtin('node:zlib');
  const { zstdCompressSync, zstdDecompressSync } = zlib as typeof zlib & {
    readonly zstdCompressSync?: (data: InputType) => Buffer;
    readonly zstdDecompressSync?: unknown;
  };
  switch (name) {
    case 'zlib':
      return { compress: (data) => zlib.deflateSync(data), decompress: informed(zlib.inflateSync) };
    case 'brotli':
      return {
        compress: (data) => zlib.brotliCompressSync(data),
        decompress: informed(zlib.brotliDecompressSync),
      };
    case 'zstd':
      return {
        compress: (data) => zstdCompressSync?.(data) ?? Buffer.alloc(0),
        decompress: zstdDecompressSync === undefined ? undefined : informed(zstdDecompressSync),
      };
    default:
      throw argumentError('ERR_INVALID_ARG_VALUE', `certificateCompression: ${JSON.stringify(name)} is none`);
  }
}

/** The declarations do not know what `info` changes. */
function informed(decompress: unknown): NonNullable<Codec['decompress']> {
  return decompress as NonNullable<Codec['decompress']>;
}

function remembering(compress: (data: Uint8Array) => Buffer): CertificateCompression['compress'] {
  const known = new Map<string, Buffer>();
  return (data) => {
    const key = Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1');
    const before = known.get(key);
    if (before !== undefined) return before;
    const [oldest] = known.keys();
    if (known.size >= MAX_REMEMBERED && oldest !== undefined) known.delete(oldest);
    const result = compress(data);
    known.set(key, result);
    return result;
  };
}
