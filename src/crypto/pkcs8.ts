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
import { DerReader, derElement, derInteger, invalid, TAG, unsupported } from './der.ts';
import { rsaBits, uncompressed } from './spki.ts';

interface Common {
  readonly bits: number;
  /** The AlgorithmIdentifier, DER: the public half has the same one. */
  readonly algorithm: Uint8Array;
  /** What the algorithm defines as the private key: contents of the outer OCTET STRING. */
  readonly privateKey: Uint8Array;
}

/** An RSA private key; integers are big-endian without leading zeros. */
export interface RsaPrivateInfo extends Common {
  readonly type: 'rsa' | 'rsa-pss';
  readonly pss: PssParameters | undefined;
  readonly modulus: Uint8Array;
  readonly exponent: Uint8Array;
  readonly privateExponent: Uint8Array;
  readonly primes: readonly [Uint8Array, Uint8Array];
}

/** An EC private key. */
export interface EcPrivateInfo extends Common {
  readonly type: CurveName;
  readonly scalar: Uint8Array;
  /** The public point, where the file has one; unchecked but for its form. */
  readonly point: Uint8Array | undefined;
}

/** An Edwards private key (RFC 8410 section 7). */
interface EdPrivateInfo extends Common {
  readonly type: 'ed25519' | 'ed448';
  readonly seed: Uint8Array;
}

/** ξ, from which the key is made; the key; or both. */
type MlDsaForm =
  | { readonly generator: Uint8Array; readonly expandedKey: Uint8Array | undefined }
  | { readonly generator: undefined; readonly expandedKey: Uint8Array };

/** An ML-DSA private key (RFC 9881 section 6). */
export type MlDsaPrivateInfo = Common & { readonly type: MlDsaName } & MlDsaForm;

/** What a PKCS#8 file holds. Byte strings are views of the input. */
export type PrivateKeyInfo = RsaPrivateInfo | EcPrivateInfo | EdPrivateInfo | MlDsaPrivateInfo;

/**
 * Splits an unencrypted DER PKCS#8 private key (RFC 5208, and RFC 5958 which adds the public key).
 * @throws CryptoError `invalid_key` or `unsupported`
 */
export function parsePkcs8(pkcs8: Uint8Array): PrivateKeyInfo {
  const outer = new DerReader(pkcs8);
  const reader = outer.enter('PrivateKeyInfo');
  outer.end('PrivateKeyInfo');
  // An EncryptedPrivateKeyInfo begins with its AlgorithmIdentifier instead of a version.
  if (reader.tag === TAG.sequence) throw unsupported('encrypted private key');
  if (reader.small('version') > 1) throw unsupported('PKCS#8 version');
  const { type, pss, der: algorithm } = readAlgorithm(reader);
  const privateKey = reader.contents(TAG.octetString, 'privateKey');
  reader.optional(TAG.context0, 'attributes');
  // RFC 5958 section 2: [1] is an IMPLICIT BIT STRING, hence primitive.
  if (reader.tag === PUBLIC_KEY) reader.contents(PUBLIC_KEY, 'publicKey');
  reader.end('PrivateKeyInfo');
  const common = { algorithm, privateKey };
  const key = new DerReader(privateKey);
  if (type === 'rsa' || type === 'rsa-pss') return { type, pss, ...common, ...parseRsaPrivateKey(key) };
  if (isCurve(type)) return { type, bits: CURVES[type].bits, ...common, ...parseEcPrivateKey(type, key) };
  if (isMlDsa(type)) return { type, bits: 8 * ML_DSA[type].publicKey, ...common, ...parseMlDsaPrivateKey(type, key) };
  const seed = key.contents(TAG.octetString, 'CurvePrivateKey');
  key.end('CurvePrivateKey');
  const { bits, bytes } = EDWARDS[type];
  if (seed.length !== bytes) throw invalid(`${type} private key of ${seed.length} bytes`);
  return { type, bits, ...common, seed };
}

/** A version 0 PrivateKeyInfo without attributes: the form that every library reads, OpenSSL 3.0 included. */
export function encodePkcs8(algorithm: Uint8Array, privateKey: Uint8Array): Uint8Array {
  return derElement(TAG.sequence, derInteger(Uint8Array.of()), algorithm, derElement(TAG.octetString, privateKey));
}

const PUBLIC_KEY = 0x81;

/** [0] IMPLICIT OCTET STRING, the seed alone. */
const SEED = 0x80;

/** Length of ML-DSA's seed in bytes (FIPS 204 algorithm 1). */
const SEED_LENGTH = 32;

/** RSAPrivateKey (RFC 8017 appendix A.1.2). The CRT values are skipped: they follow from the primes. */
function parseRsaPrivateKey(outer: DerReader) {
  const reader = outer.enter('RSAPrivateKey');
  outer.end('RSAPrivateKey');
  if (reader.small('version') !== 0) throw unsupported('RSA key of more than two primes');
  const modulus = reader.integer('modulus');
  const exponent = reader.integer('publicExponent');
  const privateExponent = reader.integer('privateExponent');
  const primes = [reader.integer('prime1'), reader.integer('prime2')] as const;
  for (const name of ['exponent1', 'exponent2', 'coefficient']) reader.integer(name);
  reader.end('RSAPrivateKey');
  return { modulus, exponent, privateExponent, primes, bits: rsaBits(modulus, exponent) };
}

/** ECPrivateKey (RFC 5915 section 3). */
function parseEcPrivateKey(curve: CurveName, outer: DerReader) {
  const reader = outer.enter('ECPrivateKey');
  outer.end('ECPrivateKey');
  if (reader.small('version') !== 1) throw invalid('ECPrivateKey version');
  const scalar = reader.contents(TAG.octetString, 'privateKey');
  if (scalar.length !== CURVES[curve].bytes) throw invalid(`${curve} private key of ${scalar.length} bytes`);
  const parameters = reader.optional(TAG.context0, 'parameters');
  if (parameters !== undefined) {
    if (parameters.oid('namedCurve') !== CURVES[curve].oid) throw invalid('ECPrivateKey names another curve');
    parameters.end('parameters');
  }
  const publicKey = reader.optional(TAG.context1, 'publicKey');
  const point = publicKey && uncompressed(curve, publicKey.bits('publicKey'));
  publicKey?.end('publicKey');
  reader.end('ECPrivateKey');
  return { scalar, point };
}

/** ML-DSA-PrivateKey, one of three forms (RFC 9881 section 6). */
function parseMlDsaPrivateKey(type: MlDsaName, outer: DerReader): MlDsaForm {
  const both = outer.optional(TAG.sequence, 'both');
  const reader = both ?? outer;
  const seedTag = both === undefined ? SEED : TAG.octetString;
  const hasSeed = both !== undefined || reader.tag === SEED;
  const generator = hasSeed ? exactly(reader.contents(seedTag, 'seed'), SEED_LENGTH, type) : undefined;
  const expanded = () => exactly(reader.contents(TAG.octetString, 'expandedKey'), ML_DSA[type].expandedKey, type);
  const form =
    generator === undefined
      ? { generator, expandedKey: expanded() }
      : { generator, expandedKey: both === undefined ? undefined : expanded() };
  reader.end('ML-DSA-PrivateKey');
  outer.end('ML-DSA-PrivateKey');
  return form;
}

function exactly(bytes: Uint8Array, length: number, type: MlDsaName): Uint8Array {
  if (bytes.length === length) return bytes;
  throw invalid(`${type}: ${bytes.length} bytes where ${length} are due`);
}
