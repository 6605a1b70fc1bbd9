/**
 * The cipher suites of TLS 1.2 that only a client has, and only when its configuration names what is old about them.
 * ARCHITECTURE.md says why they stay behind that door.
 */
import { AES_GCM_LIMIT, CIPHER_SUITES, type CipherSuiteName } from './cipher-suites.ts';
import { AEAD_PROTECTION, type CbcSuite, type Tls12Suite } from './tls12-suites.ts';

/**
 * What a client's configuration names to open the door, each for itself:
 * - `rsa-key-transport`: who gets the server's key later reads what was recorded (RFC 5246 section 7.4.7.1)
 * - `dhe`: groups over finite fields that the server makes up (RFC 7919 section 1)
 * - `cbc`: ciphers that authenticate nothing, with a MAC beside them (RFC 7366 section 1)
 * - `3des`: blocks of 64 bits, which repeat soon (CVE-2016-2183); in CBC mode, so `cbc` is needed too
 * - `sha1-signatures`: ServerKeyExchange signed with SHA-1 (RFC 9155)
 */
export const LEGACY_MEANS = ['rsa-key-transport', 'dhe', 'cbc', '3des', 'sha1-signatures'] as const;

/** One of {@link LEGACY_MEANS}. */
export type LegacyMeans = (typeof LEGACY_MEANS)[number];

type CbcHalf = `AES_${128 | 256}_CBC_SHA` | 'AES_128_CBC_SHA256' | `AES_256_CBC_SHA${256 | 384}` | '3DES_EDE_CBC_SHA';
type AeadHalf = 'AES_128_GCM_SHA256' | 'AES_256_GCM_SHA384' | 'CHACHA20_POLY1305_SHA256';

/** The cipher suites behind the door. */
export type LegacySuiteName = Extract<
  CipherSuiteName,
  `TLS_${'RSA' | 'DHE_RSA'}_WITH_${AeadHalf | CbcHalf}` | `TLS_ECDHE_${'RSA' | 'ECDSA'}_WITH_${CbcHalf}`
>;

/** As for AES-GCM: the same cipher, whose blocks collide alike (RFC 8446 section 5.5). */
const AES_CBC = { hash: 'sha256', confidentialityLimit: AES_GCM_LIMIT } as const;

type CbcProtection = Omit<CbcSuite, 'name' | 'code' | 'keyExchange' | 'authentication'>;

/** The PRF is SHA-256's but where the suite names a longer hash (RFC 5246 section 5, RFC 5289 section 3.1). */
const CBC_PROTECTION: Readonly<Record<CbcHalf, CbcProtection>> = {
  AES_128_CBC_SHA: { ...AES_CBC, blockCipher: 'aes-128-cbc', mac: 'sha1' },
  AES_256_CBC_SHA: { ...AES_CBC, blockCipher: 'aes-256-cbc', mac: 'sha1' },
  AES_128_CBC_SHA256: { ...AES_CBC, blockCipher: 'aes-128-cbc', mac: 'sha256' },
  AES_256_CBC_SHA256: { ...AES_CBC, blockCipher: 'aes-256-cbc', mac: 'sha256' },
  AES_256_CBC_SHA384: { ...AES_CBC, blockCipher: 'aes-256-cbc', mac: 'sha384', hash: 'sha384' },
  // 2^20 blocks under one key (NIST SP 800-67 revision 2 section 3.1), in records of full size.
  '3DES_EDE_CBC_SHA': { blockCipher: '3des-ede-cbc', mac: 'sha1', hash: 'sha256', confidentialityLimit: 512 },
};

const KEY_EXCHANGES = {
  ECDHE_ECDSA: { keyExchange: 'ecdhe', authentication: 'ecdsa' },
  ECDHE_RSA: { keyExchange: 'ecdhe', authentication: 'rsa' },
  DHE_RSA: { keyExchange: 'dhe', authentication: 'rsa' },
  RSA: { keyExchange: 'rsa', authentication: 'rsa' },
} as const;

function suite(name: LegacySuiteName): Tls12Suite {
  const [exchange, protection] = name.substring('TLS_'.length).split('_WITH_');
  const halves = { ...AEAD_PROTECTION, ...CBC_PROTECTION };
  return {
    name,
    code: CIPHER_SUITES[name],
    ...KEY_EXCHANGES[exchange as keyof typeof KEY_EXCHANGES],
    ...halves[protection as keyof typeof halves],
  };
}

/** In order of preference: forward secrecy first, then authenticated encryption, and what is broken last. */
const NAMES = [
  'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
  'TLS_DHE_RSA_WITH_AES_128_CBC_SHA256',
  'TLS_DHE_RSA_WITH_AES_256_CBC_SHA256',
  'TLS_DHE_RSA_WITH_AES_128_CBC_SHA',
  'TLS_DHE_RSA_WITH_AES_256_CBC_SHA',
  'TLS_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_RSA_WITH_AES_128_CBC_SHA256',
  'TLS_RSA_WITH_AES_256_CBC_SHA256',
  'TLS_RSA_WITH_AES_128_CBC_SHA',
  'TLS_RSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA',
  'TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA',
  'TLS_RSA_WITH_3DES_EDE_CBC_SHA',
] as const satisfies readonly LegacySuiteName[];

/** The suites behind the door, in order of preference. */
export const LEGACY_SUITES: ReadonlyMap<string, Tls12Suite> = new Map(NAMES.map((name) => [name, suite(name)]));

/** What has to be named for a suite to be offered; nothing for one that is not old. */
export function meansOf(suite: Tls12Suite): readonly LegacyMeans[] {
  const means: LegacyMeans[] = [];
  if (suite.keyExchange === 'rsa') means.push('rsa-key-transport');
  if (suite.keyExchange === 'dhe') means.push('dhe');
  if ('blockCipher' in suite) means.push('cbc');
  if ('blockCipher' in suite && suite.blockCipher === '3des-ede-cbc') means.push('3des');
  return means;
}
