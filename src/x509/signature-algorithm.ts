import { contextTag, DerError, DerReader, der, OID, TAG } from '../asn1/index.ts';
import type { KeyType, SchemeName, SignatureName } from '../crypto/index.ts';
import { type AlgorithmIdentifier, decodeAlgorithm } from './parse.ts';

/** How a certificate's signature is to be verified with a given type of key. */
export type SignatureMethod =
  | { readonly status: 'known'; readonly scheme: SignatureName }
  /** SHA-1 or MD5: forgeable, never accepted. */
  | { readonly status: 'weak' }
  /** That type of key makes no such signatures: it is not the issuer's. */
  | { readonly status: 'mismatch' }
  /** Not understood. */
  | { readonly status: 'unsupported' };

const WEAK: ReadonlySet<string> = new Set([OID.md5WithRSAEncryption, OID.sha1WithRSAEncryption, OID.ecdsaWithSHA1]);

/** SHA-1, for those who accept it. */
const SHA1: ReadonlyMap<string, readonly [scheme: SchemeName, keys: readonly KeyType[]]> = new Map<
  string,
  readonly [SchemeName, readonly KeyType[]]
>([
  [OID.sha1WithRSAEncryption, ['rsa_pkcs1_sha1', ['rsa']]],
  [OID.ecdsaWithSHA1, ['ecdsa_sha1', ['secp256r1', 'secp384r1', 'secp521r1']]],
]);

const RSA_PKCS1: ReadonlyMap<string, SchemeName> = new Map([
  [OID.sha256WithRSAEncryption, 'rsa_pkcs1_sha256'],
  [OID.sha384WithRSAEncryption, 'rsa_pkcs1_sha384'],
  [OID.sha512WithRSAEncryption, 'rsa_pkcs1_sha512'],
]);

/** Algorithms without parameters: the scheme for each type of key. */
const WITHOUT_PARAMETERS: ReadonlyMap<string, Readonly<Partial<Record<KeyType, SignatureName>>>> = new Map<
  string,
  Readonly<Partial<Record<KeyType, SignatureName>>>
>([
  // RFC 5758 section 3.2 ties no hash to a curve; only TLS 1.3 does.
  [OID.ecdsaWithSHA256, { secp256r1: 'ecdsa_sha256', secp384r1: 'ecdsa_sha256', secp521r1: 'ecdsa_sha256' }],
  [OID.ecdsaWithSHA384, { secp256r1: 'ecdsa_sha384', secp384r1: 'ecdsa_sha384', secp521r1: 'ecdsa_sha384' }],
  [OID.ecdsaWithSHA512, { secp256r1: 'ecdsa_sha512', secp384r1: 'ecdsa_sha512', secp521r1: 'ecdsa_sha512' }],
  [OID.ed25519, { ed25519: 'ed25519' }],
  [OID.ed448, { ed448: 'ed448' }],
  [OID.mlDsa44, { 'ml-dsa-44': 'mldsa44' }],
  [OID.mlDsa65, { 'ml-dsa-65': 'mldsa65' }],
  [OID.mlDsa87, { 'ml-dsa-87': 'mldsa87' }],
]);

const PSS_HASHES: ReadonlyMap<string, { readonly bits: 256 | 384 | 512; readonly saltLength: number }> = new Map([
  [OID.sha256, { bits: 256, saltLength: 32 }],
  [OID.sha384, { bits: 384, saltLength: 48 }],
  [OID.sha512, { bits: 512, saltLength: 64 }],
]);

/**
 * Maps a certificate's signature algorithm (RFC 3279, 4055, 5758, 8410, 9881) to a scheme of the crypto provider.
 * @param sha1 whether signatures over SHA-1 are accepted
 */
export function signatureMethod(algorithm: AlgorithmIdentifier, key: KeyType, sha1 = false): SignatureMethod {
  const { oid, parameters } = algorithm;
  const old = sha1 ? SHA1.get(oid) : undefined;
  if (old !== undefined) return old[1].includes(key) ? known(old[0]) : { status: 'mismatch' };
  if (WEAK.has(oid)) return { status: 'weak' };
  const pkcs1 = RSA_PKCS1.get(oid);
  if (pkcs1 !== undefined) {
    if (key !== 'rsa') return { status: 'mismatch' };
    // RFC 4055 section 5 demands the NULL; some leave it out.
    return known(parameters === undefined || isNull(parameters) ? pkcs1 : undefined);
  }
  if (oid === OID.rsassaPss) {
    if (key !== 'rsa' && key !== 'rsa-pss') return { status: 'mismatch' };
    const bits = pssHash(parameters);
    return known(bits && (key === 'rsa' ? `rsa_pss_rsae_sha${bits}` : `rsa_pss_pss_sha${bits}`));
  }
  const schemes = WITHOUT_PARAMETERS.get(oid);
  if (schemes !== undefined && !(key in schemes)) return { status: 'mismatch' };
  return known(parameters === undefined ? schemes?.[key] : undefined);
}

function known(scheme: SignatureName | undefined): SignatureMethod {
  return scheme === undefined ? { status: 'unsupported' } : { status: 'known', scheme };
}

/**
 * The hash of RSASSA-PSS parameters (RFC 4055 section 3.1) in the one form that TLS has: the same hash for message and
 * mask, a salt of its length. `undefined` for any other.
 */
function pssHash(parameters: Uint8Array | undefined): 256 | 384 | 512 | undefined {
  if (parameters === undefined) return undefined;
  try {
    const fields = new DerReader(parameters).sequence('RSASSA-PSS-params');
    const hash = algorithmIn(fields, 0, 'hashAlgorithm');
    const mask = algorithmIn(fields, 1, 'maskGenAlgorithm');
    const saltLength = fields.next(contextTag(2, true), 'saltLength').reader().next(TAG.integer, 'saltLength');
    // The trailer field has one legal value, the default, so that DER leaves it out.
    fields.end('RSASSA-PSS-params');
    if (mask.oid !== OID.mgf1 || mask.parameters === undefined) return undefined;
    const maskHash = decodeAlgorithm(new DerReader(mask.parameters).next(TAG.sequence, 'maskGenAlgorithm'));
    const found = PSS_HASHES.get(hash.oid);
    if (maskHash.oid !== hash.oid || saltLength.smallInteger() !== found?.saltLength) return undefined;
    const plain = [hash, maskHash].every((one) => one.parameters === undefined || isNull(one.parameters));
    return plain ? found.bits : undefined;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** The object identifier of each scheme in a certificate. */
const SCHEME_OID: Readonly<Record<SchemeName, string>> = {
  ecdsa_sha1: OID.ecdsaWithSHA1,
  ecdsa_secp256r1_sha256: OID.ecdsaWithSHA256,
  ecdsa_secp384r1_sha384: OID.ecdsaWithSHA384,
  ecdsa_secp521r1_sha512: OID.ecdsaWithSHA512,
  ed25519: OID.ed25519,
  ed448: OID.ed448,
  mldsa44: OID.mlDsa44,
  mldsa65: OID.mlDsa65,
  mldsa87: OID.mlDsa87,
  rsa_pkcs1_sha1: OID.sha1WithRSAEncryption,
  rsa_pkcs1_sha256: OID.sha256WithRSAEncryption,
  rsa_pkcs1_sha384: OID.sha384WithRSAEncryption,
  rsa_pkcs1_sha512: OID.sha512WithRSAEncryption,
  rsa_pss_rsae_sha256: OID.rsassaPss,
  rsa_pss_rsae_sha384: OID.rsassaPss,
  rsa_pss_rsae_sha512: OID.rsassaPss,
  rsa_pss_pss_sha256: OID.rsassaPss,
  rsa_pss_pss_sha384: OID.rsassaPss,
  rsa_pss_pss_sha512: OID.rsassaPss,
};

/** The AlgorithmIdentifier of a scheme, DER: the inverse of {@link signatureMethod}. */
export function encodeSignatureAlgorithm(scheme: SchemeName): Uint8Array {
  const oid = der.oid(SCHEME_OID[scheme]);
  if (scheme.startsWith('rsa_pkcs1_')) return der.sequence(oid, der.nothing());
  for (const [hash, { bits, saltLength }] of PSS_HASHES) {
    if (!scheme.startsWith('rsa_pss_') || !scheme.endsWith(`${bits}`)) continue;
    const algorithm = der.sequence(der.oid(hash), der.nothing());
    const mask = der.sequence(der.oid(OID.mgf1), algorithm);
    const fields = [algorithm, mask, der.integer(saltLength)].map((field, index) => der.explicit(index, field));
    return der.sequence(oid, der.sequence(...fields));
  }
  return der.sequence(oid);
}

function algorithmIn(fields: DerReader, tag: number, label: string): AlgorithmIdentifier {
  const wrapper = fields.next(contextTag(tag, true), label).reader();
  const algorithm = decodeAlgorithm(wrapper.next(TAG.sequence, label));
  wrapper.end(label);
  return algorithm;
}

function isNull(parameters: Uint8Array): boolean {
  return parameters.length === 2 && parameters[0] === TAG.null;
}
