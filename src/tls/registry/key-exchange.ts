import { cipherSuiteName } from './cipher-suites.ts';

/**
 * How a cipher suite of TLS 1.2 or older agrees on the premaster secret (RFC 5246 section 7.4.3): with ephemeral keys
 * (`ecdhe`, `dhe`), with the certificate's own (`rsa`, `ecdh`), or by a shared secret and what else there is.
 */
export type KeyExchange = 'ecdhe' | 'dhe' | 'rsa' | 'ecdh' | 'other';

/** What the name of a suite says of its first half. */
export interface SuiteKeyExchange {
  readonly keyExchange: KeyExchange;
  /** Whether nobody signs: the peer is not authenticated. */
  readonly isAnonymous: boolean;
}

const BY_NAME: Readonly<Record<string, KeyExchange>> = {
  ECDHE_RSA: 'ecdhe',
  ECDHE_ECDSA: 'ecdhe',
  ECDH_anon: 'ecdhe',
  DHE_RSA: 'dhe',
  DHE_DSS: 'dhe',
  DH_anon: 'dhe',
  RSA: 'rsa',
  ECDH_RSA: 'ecdh',
  ECDH_ECDSA: 'ecdh',
};

/** The key exchange of a suite before TLS 1.3; `undefined` for one of TLS 1.3 or one that is not registered. */
export function keyExchangeOf(cipherSuite: number): SuiteKeyExchange | undefined {
  const prefix = /^TLS_(.+?)(?:_EXPORT)?_WITH_/.exec(cipherSuiteName(cipherSuite) ?? '')?.[1];
  if (prefix === undefined) return undefined;
  return { keyExchange: BY_NAME[prefix] ?? 'other', isAnonymous: prefix.endsWith('_anon') };
}
