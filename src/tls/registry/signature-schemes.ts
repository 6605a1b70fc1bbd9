import type { KeyType, SchemeName, SignatureName } from '../../crypto/index.ts';
import { reverse } from './reverse.ts';

/** IANA "TLS SignatureScheme", by name; before TLS 1.3 the two bytes were a hash and a signature (RFC 5246 7.4.1.4.1). */
export const SIGNATURE_SCHEMES = {
  rsa_pkcs1_sha1: 0x0201,
  dsa_sha1: 0x0202,
  ecdsa_sha1: 0x0203,
  rsa_pkcs1_sha224: 0x0301,
  dsa_sha224: 0x0302,
  ecdsa_sha224: 0x0303,
  rsa_pkcs1_sha256: 0x0401,
  dsa_sha256: 0x0402,
  ecdsa_secp256r1_sha256: 0x0403,
  rsa_pkcs1_sha256_legacy: 0x0420,
  rsa_pkcs1_sha384: 0x0501,
  dsa_sha384: 0x0502,
  ecdsa_secp384r1_sha384: 0x0503,
  rsa_pkcs1_sha384_legacy: 0x0520,
  rsa_pkcs1_sha512: 0x0601,
  dsa_sha512: 0x0602,
  ecdsa_secp521r1_sha512: 0x0603,
  rsa_pkcs1_sha512_legacy: 0x0620,
  eccsi_sha256: 0x0704,
  iso_ibs1: 0x0705,
  iso_ibs2: 0x0706,
  iso_chinese_ibs: 0x0707,
  sm2sig_sm3: 0x0708,
  gostr34102012_256a: 0x0709,
  gostr34102012_256b: 0x070a,
  gostr34102012_256c: 0x070b,
  gostr34102012_256d: 0x070c,
  gostr34102012_512a: 0x070d,
  gostr34102012_512b: 0x070e,
  gostr34102012_512c: 0x070f,
  rsa_pss_rsae_sha256: 0x0804,
  rsa_pss_rsae_sha384: 0x0805,
  rsa_pss_rsae_sha512: 0x0806,
  ed25519: 0x0807,
  ed448: 0x0808,
  rsa_pss_pss_sha256: 0x0809,
  rsa_pss_pss_sha384: 0x080a,
  rsa_pss_pss_sha512: 0x080b,
  ecdsa_brainpoolP256r1tls13_sha256: 0x081a,
  ecdsa_brainpoolP384r1tls13_sha384: 0x081b,
  ecdsa_brainpoolP512r1tls13_sha512: 0x081c,
  mldsa44: 0x0904,
  mldsa65: 0x0905,
  mldsa87: 0x0906,
} as const;

/** A signature scheme by its registered name. */
export type SignatureSchemeName = keyof typeof SIGNATURE_SCHEMES;

const NAMES = reverse(SIGNATURE_SCHEMES);

/** The registered name of a signature scheme's code, or `undefined` for one that is not registered. */
export function schemeName(code: number): SignatureSchemeName | undefined {
  return NAMES.get(code);
}

/** What the handshake must know of a scheme that a provider may declare. */
export interface SchemeInfo {
  readonly name: SchemeName;
  readonly code: number;
  /** Keys that sign with it in TLS 1.3: an ECDSA scheme names its curve, RSASSA-PSS its key's OID. */
  readonly keyTypes: readonly KeyType[];
  /** Whether a TLS 1.3 CertificateVerify may use it; the others sign certificates only (RFC 8446 section 4.2.3). */
  readonly tls13Handshake: boolean;
  /** What the code means in TLS 1.2; for no key where it means nothing there. It names no curve (RFC 5246 section 7.4.1.4.1). */
  readonly tls12: { readonly name: SignatureName; readonly keyTypes: readonly KeyType[] };
}

const CURVES: readonly KeyType[] = ['secp256r1', 'secp384r1', 'secp521r1'];

function scheme(name: SchemeName, keyTypes: readonly KeyType[], tls13Handshake: boolean): SchemeInfo {
  return { name, code: SIGNATURE_SCHEMES[name], keyTypes, tls13Handshake, tls12: { name, keyTypes } };
}

function ecdsa(name: SchemeName, curve: KeyType, anyCurve: SignatureName): SchemeInfo {
  return { ...scheme(name, [curve], true), tls12: { name: anyCurve, keyTypes: CURVES } };
}

/** Of TLS 1.3 and later only (draft-ietf-tls-mldsa section 4). */
function mlDsa(name: SchemeName, keyType: KeyType): SchemeInfo {
  return { ...scheme(name, [keyType], true), tls12: { name, keyTypes: [] } };
}

/** The schemes that a provider may declare (RFC 8446 section 4.2.3). */
export const SCHEMES: Readonly<Record<SchemeName, SchemeInfo>> = {
  ecdsa_secp256r1_sha256: ecdsa('ecdsa_secp256r1_sha256', 'secp256r1', 'ecdsa_sha256'),
  ecdsa_secp384r1_sha384: ecdsa('ecdsa_secp384r1_sha384', 'secp384r1', 'ecdsa_sha384'),
  ecdsa_secp521r1_sha512: ecdsa('ecdsa_secp521r1_sha512', 'secp521r1', 'ecdsa_sha512'),
  ed25519: scheme('ed25519', ['ed25519'], true),
  ed448: scheme('ed448', ['ed448'], true),
  rsa_pss_rsae_sha256: scheme('rsa_pss_rsae_sha256', ['rsa'], true),
  rsa_pss_rsae_sha384: scheme('rsa_pss_rsae_sha384', ['rsa'], true),
  rsa_pss_rsae_sha512: scheme('rsa_pss_rsae_sha512', ['rsa'], true),
  rsa_pss_pss_sha256: scheme('rsa_pss_pss_sha256', ['rsa-pss'], true),
  rsa_pss_pss_sha384: scheme('rsa_pss_pss_sha384', ['rsa-pss'], true),
  rsa_pss_pss_sha512: scheme('rsa_pss_pss_sha512', ['rsa-pss'], true),
  mldsa44: mlDsa('mldsa44', 'ml-dsa-44'),
  mldsa65: mlDsa('mldsa65', 'ml-dsa-65'),
  mldsa87: mlDsa('mldsa87', 'ml-dsa-87'),
  rsa_pkcs1_sha256: scheme('rsa_pkcs1_sha256', ['rsa'], false),
  rsa_pkcs1_sha384: scheme('rsa_pkcs1_sha384', ['rsa'], false),
  rsa_pkcs1_sha512: scheme('rsa_pkcs1_sha512', ['rsa'], false),
  rsa_pkcs1_sha1: scheme('rsa_pkcs1_sha1', ['rsa'], false),
  ecdsa_sha1: scheme('ecdsa_sha1', CURVES, false),
};

const BY_CODE = new Map<number, SchemeInfo>(Object.values(SCHEMES).map((info) => [info.code, info]));

/** What is known of a scheme's code, or `undefined` for a scheme that no provider can declare. */
export function schemeInfo(code: number): SchemeInfo | undefined {
  return BY_CODE.get(code);
}
