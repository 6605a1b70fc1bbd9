import type { AeadName, BlockCipherName, HashName } from '../../crypto/index.ts';
import { AES_CCM_LIMIT, AES_GCM_LIMIT, CHACHA20_POLY1305_LIMIT, CIPHER_SUITES } from './cipher-suites.ts';
import type { LegacySuiteName } from './legacy-suites.ts';

/** The cipher suites of TLS 1.2 for clients and servers: ephemeral keys and authenticated encryption only. */
export type Tls12SuiteName =
  | 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
  | 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
  | 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'
  | 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'
  | 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'
  | 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'
  | 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM'
  | 'TLS_ECDHE_ECDSA_WITH_AES_256_CCM'
  | 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8'
  | 'TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8';

/** What every cipher suite of TLS 1.2 says: how keys are agreed on, who signs, what the key schedule hashes with. */
interface SuiteBase {
  readonly name: Tls12SuiteName | LegacySuiteName;
  readonly code: number;
  /** `dhe` and `rsa` are old means. */
  readonly keyExchange: 'ecdhe' | 'dhe' | 'rsa';
  /** The kind of the server's key; EdDSA keys go with `ecdsa` (RFC 8422 section 5.10). */
  readonly authentication: 'ecdsa' | 'rsa';
  readonly hash: HashName;
  /** Records of full size that one key may protect. */
  readonly confidentialityLimit: number;
}

/** A suite with authenticated encryption. */
export interface AeadSuite extends SuiteBase {
  readonly aead: AeadName;
  /**
   * Bytes of the nonce that stand in each record: 8 with AES-GCM (RFC 5288 section 3) and CCM (RFC 6655 section 3), none
   * with ChaCha20 (RFC 7905).
   */
  readonly explicitNonceLength: 0 | 8;
}

/** A suite whose cipher and MAC are two: an old means. */
export interface CbcSuite extends SuiteBase {
  readonly blockCipher: BlockCipherName;
  readonly mac: HashName;
}

/** A cipher suite of TLS 1.2. */
export type Tls12Suite = AeadSuite | CbcSuite;

/** How a suite protects records: what the second half of its name says. */
export type AeadProtection = Omit<AeadSuite, 'name' | 'code' | 'keyExchange' | 'authentication'>;

const AES_128_GCM: AeadProtection = {
  aead: 'aes-128-gcm',
  hash: 'sha256',
  explicitNonceLength: 8,
  confidentialityLimit: AES_GCM_LIMIT,
};

const AES_128_CCM: AeadProtection = {
  aead: 'aes-128-ccm',
  hash: 'sha256',
  explicitNonceLength: 8,
  confidentialityLimit: AES_CCM_LIMIT,
};

/** Authenticated encryption by the second half of a suite's name. */
export const AEAD_PROTECTION = {
  AES_128_GCM_SHA256: AES_128_GCM,
  AES_256_GCM_SHA384: { ...AES_128_GCM, aead: 'aes-256-gcm', hash: 'sha384' },
  CHACHA20_POLY1305_SHA256: {
    aead: 'chacha20-poly1305',
    hash: 'sha256',
    explicitNonceLength: 0,
    confidentialityLimit: CHACHA20_POLY1305_LIMIT,
  },
  AES_128_CCM,
  AES_256_CCM: { ...AES_128_CCM, aead: 'aes-256-ccm' },
  AES_128_CCM_8: { ...AES_128_CCM, aead: 'aes-128-ccm-8' },
  AES_256_CCM_8: { ...AES_128_CCM, aead: 'aes-256-ccm-8' },
} as const satisfies Readonly<Record<string, AeadProtection>>;

function suite(name: Tls12SuiteName): AeadSuite {
  const [authentication, protection] = name.substring('TLS_ECDHE_'.length).split('_WITH_');
  return {
    name,
    code: CIPHER_SUITES[name],
    keyExchange: 'ecdhe',
    authentication: authentication === 'RSA' ? 'rsa' : 'ecdsa',
    ...AEAD_PROTECTION[protection as keyof typeof AEAD_PROTECTION],
  };
}

/** What is known of the implemented suites, in order of preference. */
export const TLS12_SUITES: Readonly<Record<Tls12SuiteName, AeadSuite>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: suite('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'),
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: suite('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'),
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: suite('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'),
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: suite('TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'),
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: suite('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'),
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: suite('TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'),
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM: suite('TLS_ECDHE_ECDSA_WITH_AES_128_CCM'),
  TLS_ECDHE_ECDSA_WITH_AES_256_CCM: suite('TLS_ECDHE_ECDSA_WITH_AES_256_CCM'),
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8: suite('TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8'),
  TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8: suite('TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8'),
};

/**
 * Whether a suite is offered by one who names none: CCM is for devices with little memory, and nothing else lacks GCM
 * (RFC 7251 section 1).
 */
export function isOfferedByDefault({ aead }: { readonly aead: AeadName }): boolean {
  return !aead.includes('-ccm');
}
