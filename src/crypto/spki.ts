import {
  CURVES,
  type CurveName,
  EDWARDS,
  isCurve,
  isMlDsa,
  ML_DSA,
  type MlDsaName,
  type PssParameters,
  readAlgorithm,
} from './algorithm.ts';
import { DerReader, derElement, derInteger, invalid, TAG } from './der.ts';

/** Limits of RSA keys. Below 1,024 bits they are broken; above 8,192 one verification is a denial of service. */
const RSA_BITS = { min: 1024, max: 8192 } as const;

/** The longest RSA public exponent in bytes: 2^64, what deployed libraries agree on (cost is linear in its length). */
const RSA_EXPONENT_BYTES = 8;

/** An RSA public key; integers are big-endian without leading zeros. */
export interface RsaPublicInfo {
  readonly type: 'rsa' | 'rsa-pss';
  readonly bits: number;
  readonly pss: PssParameters | undefined;
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
}

/** An EC public key: an uncompressed point that has the right length. Whether it is on the curve is not known yet. */
interface EcPublicInfo {
  readonly type: CurveName;
  readonly bits: number;
  readonly point: Uint8Array;
}

/** An Edwards public key of the right length. Whether it decodes to a point is not known yet. */
interface EdPublicInfo {
  readonly type: 'ed25519' | 'ed448';
  readonly bits: number;
  readonly key: Uint8Array;
}

/** An ML-DSA public key of the right length; every such string is one (FIPS 204 section 7.2). */
interface MlDsaPublicInfo {
  readonly type: MlDsaName;
  readonly bits: number;
  readonly lattice: Uint8Array;
}

/** What a SubjectPublicKeyInfo holds. Byte strings are views of the input. */
export type PublicKeyInfo = RsaPublicInfo | EcPublicInfo | EdPublicInfo | MlDsaPublicInfo;

/**
 * Splits a DER SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) into checked parts, so that no library is handed
 * bytes whose meaning is open: named curves and uncompressed points only, RSA within {@link RSA_BITS}.
 * @throws CryptoError `invalid_key` or `unsupported`
 */
export function parseSpki(spki: Uint8Array): PublicKeyInfo {
  const outer = new DerReader(spki);
  const reader = outer.enter('SubjectPublicKeyInfo');
  outer.end('SubjectPublicKeyInfo');
  const { type, pss } = readAlgorithm(reader);
  const key = reader.bits('subjectPublicKey');
  reader.end('SubjectPublicKeyInfo');
  if (type === 'rsa' || type === 'rsa-pss') return { type, pss, ...parseRsaPublicKey(key) };
  if (isCurve(type)) return { type, bits: CURVES[type].bits, point: uncompressed(type, key) };
  if (isMlDsa(type)) {
    if (key.length !== ML_DSA[type].publicKey) throw invalid(`${type} key of ${key.length} bytes`);
    return { type, bits: 8 * key.length, lattice: key };
  }
  if (key.length !== EDWARDS[type].bytes) throw invalid(`${type} key of ${key.length} bytes`);
  return { type, bits: EDWARDS[type].bits, key };
}

/** A SubjectPublicKeyInfo from an AlgorithmIdentifier and the public key's bytes, DER. */
export function encodeSpki(algorithm: Uint8Array, key: Uint8Array): Uint8Array {
  return derElement(TAG.sequence, algorithm, derElement(TAG.bitString, Uint8Array.of(0), key));
}

/** An RSAPublicKey (RFC 8017 appendix A.1.1), DER. */
export function encodeRsaPublicKey(modulus: Uint8Array, exponent: Uint8Array): Uint8Array {
  return derElement(TAG.sequence, derInteger(modulus), derInteger(exponent));
}

/** `point` if it has the form and length of an uncompressed point (SEC 1 section 2.3.3). @throws CryptoError */
export function uncompressed(curve: CurveName, point: Uint8Array): Uint8Array {
  if (!isUncompressed(curve, point)) throw invalid(`not an uncompressed ${curve} point`);
  return point;
}

/** Whether `point` has the form and length of an uncompressed point, TLS's only form (RFC 8446 section 4.2.8.2). */
export function isUncompressed(curve: CurveName, point: Uint8Array): boolean {
  return point[0] === 4 && point.length === 1 + 2 * CURVES[curve].bytes;
}

/**
 * Checks the public half of an RSA key and gives its size.
 * @throws CryptoError `invalid_key`
 */
export function rsaBits(modulus: Uint8Array, exponent: Uint8Array): number {
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (bits < RSA_BITS.min || bits > RSA_BITS.max) {
    throw invalid(`RSA key of ${bits} bits, accepted are ${RSA_BITS.min} to ${RSA_BITS.max}`);
  }
  if (!isOdd(modulus)) throw invalid('even RSA modulus');
  const isOne = exponent.length === 1 && exponent[0] === 1;
  if (!isOdd(exponent) || isOne || exponent.length > RSA_EXPONENT_BYTES) {
    throw invalid('RSA exponent is even, 1, or above 2^64');
  }
  return bits;
}

function parseRsaPublicKey(key: Uint8Array) {
  const outer = new DerReader(key);
  const reader = outer.enter('RSAPublicKey');
  outer.end('RSAPublicKey');
  const modulus = reader.integer('modulus');
  const exponent = reader.integer('publicExponent');
  reader.end('RSAPublicKey');
  return { modulus, exponent, bits: rsaBits(modulus, exponent) };
}

function isOdd(magnitude: Uint8Array): boolean {
  return ((magnitude.at(-1) ?? 0) & 1) === 1;
}
