/** What TLS 1.2 is tried with between us and others. */
import type { KeyType, SchemeName } from '../../src/crypto/index.ts';
import type { Tls12SuiteName } from '../../src/tls/registry/tls12-suites.ts';
import { CLASSICAL, SCHEMES } from './openssl.ts';

/** node:tls's name of it. */
export const TLS12 = 'TLSv1.2';
/** Every suite, with a key that it goes with. */
export const SUITES: readonly { readonly suite: Tls12SuiteName; readonly keyType: KeyType }[] = [
  { suite: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', keyType: 'secp256r1' },
  { suite: 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', keyType: 'secp256r1' },
  { suite: 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', keyType: 'secp256r1' },
  { suite: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', keyType: 'rsa' },
  { suite: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', keyType: 'rsa' },
  { suite: 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', keyType: 'rsa' },
];
/** Every suite with every group. */
export const EXCHANGES = SUITES.flatMap((suite) => CLASSICAL.map((group) => ({ ...suite, ...group })));

/** As in TLS 1.3, and PKCS#1. */
export const SIGNATURES: readonly { readonly scheme: SchemeName; readonly keyType: KeyType }[] = [
  ...SCHEMES,
  { scheme: 'rsa_pkcs1_sha256', keyType: 'rsa' },
  { scheme: 'rsa_pkcs1_sha384', keyType: 'rsa' },
  { scheme: 'rsa_pkcs1_sha512', keyType: 'rsa' },
];

/** ECDSA whose hash is not that of its curve. */
export const FOREIGN_HASHES = [
  { scheme: 'ecdsa_secp256r1_sha256', keyType: 'secp384r1' },
  { scheme: 'ecdsa_secp521r1_sha512', keyType: 'secp256r1' },
] as const;
