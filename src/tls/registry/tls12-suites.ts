import type { AeadName, HashName } from '../../crypto/index.ts';
import { AES_GCM_LIMIT, CHACHA20_POLY1305_LIMIT, CIPHER_SUITES } from './cipher-suites.ts';

/** The cipher suites of TLS 1.2 that are implemented: ephemeral keys and authenticated encryption only. */
export type Tls12SuiteName =
  | 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
  | 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
  | 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'
  | 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'
  | 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'
  | 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256';

/** A cipher suite of TLS 1.2: who signs, how records are protected, what the key schedule hashes with. */
export interface Tls12Suite {
  readonly name: Tls12SuiteName;
  readonly code: number;
  /** The kind of the server's key; EdDSA keys go with `ecdsa` (RFC 8422 section 5.10). */
  readonly authentication: 'ecdsa' | 'rsa';
  readonly aead: AeadName;
  readonly hash: HashName;
  /** Bytes of the nonce that stand in each record: 8 with AES-GCM (RFC 5288 section 3), none with ChaCha20 (RFC 7905). */
  readonly explicitNonceLength: 0 | 8;
  /** Records of full size that one key may protect. */
  readonly confidentialityLimit: number;
}

const AES_128_GCM = {
  aead: 'aes-128-gcm',
  hash: 'sha256',
  explicitNonceLength: 8,
  confidentialityLimit: AES_GCM_LIMIT,
} as const;

const AES_256_GCM = { ...AES_128_GCM, aead: 'aes-256-gcm', hash: 'sha384' } as const;

const CHACHA20_POLY1305 = {
  aead: 'chacha20-poly1305',
  hash: 'sha256',
  explicitNonceLength: 0,
  confidentialityLimit: CHACHA20_POLY1305_LIMIT,
} as const;

function suite(name: Tls12SuiteName, protection: Omit<Tls12Suite, 'name' | 'code' | 'authentication'>): Tls12Suite {
  const authentication = name.startsWith('TLS_ECDHE_RSA') ? 'rsa' : 'ecdsa';
  return { name, code: CIPHER_SUITES[name], authentication, ...protection };
}

/** What is known of the implemented suites, in order of preference. */
export const TLS12_SUITES: Readonly<Record<Tls12SuiteName, Tls12Suite>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: suite('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', AES_128_GCM),
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: suite('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', AES_128_GCM),
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: suite('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', AES_256_GCM),
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: suite('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', AES_256_GCM),
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: suite(
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
    CHACHA20_POLY1305,
  ),
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: suite('TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', CHACHA20_POLY1305),
};
