import { fromHex } from '../bytes/index.ts';
import { type DerReader, derElement, invalid, TAG, unsupported } from './der.ts';
import type { HashName, KeyType } from './provider.ts';

/** The curves a key may be on, by TLS name. */
export type CurveName = 'secp256r1' | 'secp384r1' | 'secp521r1';

/** The restriction that an RSASSA-PSS key carries (RFC 4055 section 3.1). */
export interface PssParameters {
  /** For the message and for MGF1: TLS has no scheme where they differ. */
  readonly hash: HashName;
  /** The least salt a signature may have, in bytes. */
  readonly saltLength: number;
}

/** What an AlgorithmIdentifier of a key says. */
export interface KeyAlgorithm {
  readonly type: KeyType;
  /** Undefined unless `type` is `rsa-pss` and the key is restricted. */
  readonly pss: PssParameters | undefined;
  /** The AlgorithmIdentifier itself, DER. */
  readonly der: Uint8Array;
}

/** Field sizes in bits, and the number of bytes in a coordinate or scalar. */
export const CURVES: Readonly<
  Record<CurveName, { readonly bits: number; readonly bytes: number; readonly oid: string }>
> = {
  secp256r1: { bits: 256, bytes: 32, oid: '2a8648ce3d030107' },
  secp384r1: { bits: 384, bytes: 48, oid: '2b81040022' },
  secp521r1: { bits: 521, bytes: 66, oid: '2b81040023' },
};

/** Edwards curves (RFC 8410): the length in bytes of a public key and of a private seed, and the bits of the field. */
export const EDWARDS = {
  ed25519: { bits: 255, bytes: 32 },
  ed448: { bits: 448, bytes: 57 },
} as const;

/** ML-DSA by parameter set: lengths of public and of expanded private keys in bytes (FIPS 204 table 2), OIDs (RFC 9881). */
export const ML_DSA = {
  'ml-dsa-44': { publicKey: 1312, expandedKey: 2560, oid: '608648016503040311' },
  'ml-dsa-65': { publicKey: 1952, expandedKey: 4032, oid: '608648016503040312' },
  'ml-dsa-87': { publicKey: 2592, expandedKey: 4896, oid: '608648016503040313' },
} as const;

/** A parameter set of ML-DSA. */
export type MlDsaName = keyof typeof ML_DSA;

const RSA = '2a864886f70d010101';
const RSASSA_PSS = '2a864886f70d01010a';
const MGF1 = '2a864886f70d010108';
const EC_PUBLIC_KEY = '2a8648ce3d0201';
const ML_KEM_OIDS = { 'ml-kem-768': '608648016503040402', 'ml-kem-1024': '608648016503040403' } as const;
/** Algorithms whose parameters MUST be absent (RFC 8410 section 3, RFC 9881 section 2). */
const WITHOUT_PARAMETERS = new Map<string, KeyType>([
  ['2b6570', 'ed25519'],
  ['2b6571', 'ed448'],
  [ML_DSA['ml-dsa-44'].oid, 'ml-dsa-44'],
  [ML_DSA['ml-dsa-65'].oid, 'ml-dsa-65'],
  [ML_DSA['ml-dsa-87'].oid, 'ml-dsa-87'],
]);
const HASH_OIDS = new Map<string, HashName>([
  ['2b0e03021a', 'sha1'],
  ['608648016503040201', 'sha256'],
  ['608648016503040202', 'sha384'],
  ['608648016503040203', 'sha512'],
]);

/** Whether a key of this type lies on a NIST curve. */
export function isCurve(type: KeyType): type is CurveName {
  return Object.hasOwn(CURVES, type);
}

/** The AlgorithmIdentifier of an EC key (RFC 5480 section 2.1.1), DER. */
export function curveAlgorithm(curve: CurveName): Uint8Array {
  return derElement(TAG.sequence, oidElement(EC_PUBLIC_KEY), oidElement(CURVES[curve].oid));
}

/** The AlgorithmIdentifier of an ML-KEM key (id-alg-ml-kem-768 and -1024, FIPS 203), DER. */
export function mlKemAlgorithm(name: keyof typeof ML_KEM_OIDS): Uint8Array {
  return derElement(TAG.sequence, oidElement(ML_KEM_OIDS[name]));
}

/** The AlgorithmIdentifier of an ML-DSA key (RFC 9881 section 2), DER. */
export function mlDsaAlgorithm(type: MlDsaName): Uint8Array {
  return derElement(TAG.sequence, oidElement(ML_DSA[type].oid));
}

/** Whether a key of this type is one of ML-DSA. */
export function isMlDsa(type: KeyType): type is MlDsaName {
  return Object.hasOwn(ML_DSA, type);
}

/**
 * Reads the AlgorithmIdentifier of a public or private key.
 * @throws CryptoError `invalid_key`, or `unsupported` for an algorithm or curve that TLS does not use
 */
export function readAlgorithm(parent: DerReader): KeyAlgorithm {
  const der = parent.peek(TAG.sequence, 'AlgorithmIdentifier');
  const reader = parent.enter('AlgorithmIdentifier');
  const oid = reader.oid('algorithm');
  const { type, pss } = readParameters(oid, reader);
  reader.end('AlgorithmIdentifier');
  return { type, pss, der };
}

function readParameters(oid: string, reader: DerReader): { type: KeyType; pss?: PssParameters | undefined } {
  const plain = WITHOUT_PARAMETERS.get(oid);
  if (plain !== undefined) return { type: plain };
  switch (oid) {
    case RSA:
      // RFC 3279 section 2.3.1: the parameters MUST be NULL.
      reader.null('RSA parameters');
      return { type: 'rsa' };
    case RSASSA_PSS:
      return { type: 'rsa-pss', pss: readPss(reader.optional(TAG.sequence, 'RSASSA-PSS parameters')) };
    case EC_PUBLIC_KEY:
      return { type: readCurve(reader) };
    default:
      throw unsupported(`key algorithm ${oid}`);
  }
}

function readCurve(reader: DerReader): CurveName {
  // RFC 5480 section 2.1.1: explicit parameters MUST NOT be used. OpenSSL would take them, and with them any curve.
  if (reader.tag !== TAG.oid) throw invalid('the curve is not a named one');
  const oid = reader.oid('namedCurve');
  for (const curve of ['secp256r1', 'secp384r1', 'secp521r1'] as const) if (CURVES[curve].oid === oid) return curve;
  throw unsupported(`curve ${oid}`);
}

function readPss(reader: DerReader | undefined): PssParameters | undefined {
  if (reader === undefined) return undefined;
  const hash = readHash(reader.optional(TAG.context0, 'hashAlgorithm'));
  const mask = reader.optional(TAG.context1, 'maskGenAlgorithm');
  const salt = reader.optional(TAG.context2, 'saltLength');
  const trailer = reader.optional(TAG.context3, 'trailerField');
  reader.end('RSASSA-PSS parameters');
  if (readMaskHash(mask) !== hash) throw unsupported('RSASSA-PSS with two hashes');
  const saltLength = salt === undefined ? 20 : salt.small('saltLength');
  salt?.end('saltLength');
  if (trailer !== undefined && trailer.small('trailerField') !== 1) throw invalid('trailerField is not 1');
  trailer?.end('trailerField');
  return { hash, saltLength };
}

function readMaskHash(outer: DerReader | undefined): HashName {
  if (outer === undefined) return 'sha1';
  const reader = outer.enter('maskGenAlgorithm');
  outer.end('maskGenAlgorithm');
  if (reader.oid('mask generation function') !== MGF1) throw unsupported('a mask generation function other than MGF1');
  return readHash(reader);
}

function readHash(outer: DerReader | undefined): HashName {
  if (outer === undefined) return 'sha1';
  const reader = outer.enter('hash');
  outer.end('hash');
  const oid = reader.oid('hash');
  // RFC 4055 section 2.1: NULL and absent parameters MUST both be accepted.
  if (reader.tag === TAG.null) reader.null('hash parameters');
  reader.end('hash');
  const hash = HASH_OIDS.get(oid);
  if (hash === undefined) throw unsupported(`hash ${oid}`);
  return hash;
}

function oidElement(oid: string): Uint8Array {
  return derElement(TAG.oid, fromHex(oid));
}
