/** The runner's compression algorithms for certificates, which are none: they take two bytes off or put some on. */
import type { CertificateCompression } from '../../../src/tls/index.ts';
import { Unimplemented } from './flags.ts';

const SHRINKING = 0xff01;
const EXPANDING = 0xff02;
const RANDOM = 0xff03;

/** The first bytes of a Certificate. */
const TAKEN_OFF = Buffer.of(0, 0);
const PUT_ON = Buffer.of(1, 2, 3, 4);

/** All of them, in the runner's order of preference. */
export const ALL_ALGORITHMS: readonly CertificateCompression[] = [
  {
    algorithm: EXPANDING,
    compress: (data) => Buffer.concat([PUT_ON, data]),
    decompress: (data) => (startsWith(data, PUT_ON) ? data.subarray(PUT_ON.length) : null),
  },
  {
    algorithm: SHRINKING,
    compress: (data) => data.subarray(TAKEN_OFF.length),
    decompress: (data) => Buffer.concat([TAKEN_OFF, data]),
  },
  {
    algorithm: RANDOM,
    compress: (data) => Buffer.concat([Buffer.of(Math.floor(Math.random() * 256)), data]),
    decompress: (data) => data.subarray(1),
  },
];

/** The one of a code. @throws Unimplemented */
export function oneAlgorithm(code: number): CertificateCompression {
  const codec = ALL_ALGORITHMS.find(({ algorithm }) => algorithm === code);
  if (codec === undefined) throw new Unimplemented(`-install-one-cert-compression-alg ${code}`);
  return codec;
}

function startsWith(data: Uint8Array, prefix: Uint8Array): boolean {
  return Buffer.compare(data.subarray(0, prefix.length), prefix) === 0;
}
