import type { PssParameters } from './algorithm.ts';
import { unsupported } from './der.ts';
import { HASH_LENGTH, type HashName, type KeyType, type SchemeName, type SignatureName } from './provider.ts';

/** How a signature scheme signs (RFC 8446 section 4.2.3). EdDSA and ML-DSA hash on their own. */
export type Scheme = (
  | { readonly form: 'ecdsa' | 'pss' | 'pkcs1'; readonly hash: HashName }
  | { readonly form: 'eddsa' | 'mldsa'; readonly hash: undefined }
) & {
  /** The types of key it is for. */
  readonly keys: readonly KeyType[];
};

function scheme(form: 'ecdsa' | 'pss' | 'pkcs1', hash: HashName, ...keys: readonly KeyType[]): Scheme {
  return { form, hash, keys };
}

function unhashed(form: 'eddsa' | 'mldsa', key: KeyType): Scheme {
  return { form, hash: undefined, keys: [key] };
}

/** Every signature scheme, the stronger or cheaper first. SHA-1 is there to verify old certificates, never to sign. */
export const SCHEMES: Readonly<Record<SchemeName, Scheme>> = {
  ecdsa_secp256r1_sha256: scheme('ecdsa', 'sha256', 'secp256r1'),
  ecdsa_secp384r1_sha384: scheme('ecdsa', 'sha384', 'secp384r1'),
  ecdsa_secp521r1_sha512: scheme('ecdsa', 'sha512', 'secp521r1'),
  ed25519: unhashed('eddsa', 'ed25519'),
  ed448: unhashed('eddsa', 'ed448'),
  rsa_pss_rsae_sha256: scheme('pss', 'sha256', 'rsa'),
  rsa_pss_rsae_sha384: scheme('pss', 'sha384', 'rsa'),
  rsa_pss_rsae_sha512: scheme('pss', 'sha512', 'rsa'),
  rsa_pss_pss_sha256: scheme('pss', 'sha256', 'rsa-pss'),
  rsa_pss_pss_sha384: scheme('pss', 'sha384', 'rsa-pss'),
  rsa_pss_pss_sha512: scheme('pss', 'sha512', 'rsa-pss'),
  mldsa44: unhashed('mldsa', 'ml-dsa-44'),
  mldsa65: unhashed('mldsa', 'ml-dsa-65'),
  mldsa87: unhashed('mldsa', 'ml-dsa-87'),
  rsa_pkcs1_sha256: scheme('pkcs1', 'sha256', 'rsa'),
  rsa_pkcs1_sha384: scheme('pkcs1', 'sha384', 'rsa'),
  rsa_pkcs1_sha512: scheme('pkcs1', 'sha512', 'rsa'),
  ecdsa_sha1: scheme('ecdsa', 'sha1', 'secp256r1', 'secp384r1', 'secp521r1'),
  rsa_pkcs1_sha1: scheme('pkcs1', 'sha1', 'rsa'),
};

/** ECDSA in certificates: any hash with any curve. No scheme of a TLS 1.3 handshake. */
const ANY_CURVE: Readonly<Record<Exclude<SignatureName, SchemeName>, Scheme>> = {
  ecdsa_sha256: scheme('ecdsa', 'sha256', 'secp256r1', 'secp384r1', 'secp521r1'),
  ecdsa_sha384: scheme('ecdsa', 'sha384', 'secp256r1', 'secp384r1', 'secp521r1'),
  ecdsa_sha512: scheme('ecdsa', 'sha512', 'secp256r1', 'secp384r1', 'secp521r1'),
};

const ALL: Readonly<Record<SignatureName, Scheme>> = { ...SCHEMES, ...ANY_CURVE };

/** The names in {@link SCHEMES}, in its order. */
export const SCHEME_NAMES = Object.keys(SCHEMES) as readonly SchemeName[];

/** Whether a name is that of a scheme; the others are ECDSA with a hash of any curve. */
export function isSchemeName(name: SignatureName): name is SchemeName {
  return Object.hasOwn(SCHEMES, name);
}

/**
 * Looks up a scheme for a key.
 * @throws CryptoError `unsupported` if it is not for this type of key
 */
export function schemeFor(name: SignatureName, type: KeyType): Scheme {
  const found = Object.hasOwn(ALL, name) ? ALL[name] : undefined;
  if (found === undefined || !found.keys.includes(type)) throw unsupported(`${name} is not for a key of type ${type}`);
  return found;
}

/**
 * Whether a key restricted to certain PSS parameters allows a scheme with this hash. The salt of TLS is one digest
 * long (RFC 8446 section 4.2.3), and a key states the least it takes (RFC 4055 section 3.3).
 */
export function allowsPss(pss: PssParameters | undefined, hash: HashName): boolean {
  return pss === undefined || (pss.hash === hash && pss.saltLength <= HASH_LENGTH[hash]);
}

/** The schemes that a private key can make: those of its type that its size and restriction leave room for. */
export function signingSchemes(type: KeyType, bits: number, pss: PssParameters | undefined): readonly SchemeName[] {
  return SCHEME_NAMES.filter((name) => {
    const { form, hash, keys } = SCHEMES[name];
    if (!keys.includes(type) || hash === 'sha1') return false;
    if (form !== 'pss') return true;
    // RFC 8017 section 9.1.1: emLen >= hLen + sLen + 2, where emBits is one less than the size of the modulus.
    return allowsPss(pss, hash) && Math.ceil((bits - 1) / 8) >= 2 * HASH_LENGTH[hash] + 2;
  });
}
