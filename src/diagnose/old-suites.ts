import { cipherSuiteName, keyExchangeOf, VERSIONS } from '../tls/wire.ts';
import type { AddressFacts } from './facts.ts';
import { namedBy } from './inventory.ts';

/**
 * Whether a server that was read as a flight takes suites of TLS 1.2 alone that this client does not speak: without
 * fresh keys, with keys of a finite field, or without authenticated encryption.
 */
export function hasOldSuitesOnly(address: AddressFacts): boolean {
  const { flight, tls } = address;
  if (flight?.flight.version !== VERSIONS.tls12 || tls?.input.cipherSuites !== undefined) return false;
  const { items } = namedBy(address, 'cipher_suites');
  return items.length > 0 && items.every(({ code }) => oldWays(code).length > 0);
}

/** What is old about every suite of a server, in words; empty where each is old in a way of its own. */
export function commonWays(address: AddressFacts): string[] {
  const [first = [], ...others] = namedBy(address, 'cipher_suites').items.map(({ code }) => oldWays(code));
  return first.filter((way) => others.every((ways) => ways.includes(way)));
}

function oldWays(cipherSuite: number): string[] {
  const keyExchange = keyExchangeOf(cipherSuite)?.keyExchange;
  const hasAead = /GCM|CCM|CHACHA20/.test(cipherSuiteName(cipherSuite) ?? '');
  return [
    ...(keyExchange === 'rsa' || keyExchange === 'ecdh' ? ['no forward secrecy'] : []),
    ...(keyExchange === 'dhe' ? ['Diffie-Hellman in a finite field'] : []),
    ...(hasAead ? [] : ['no authenticated encryption']),
  ];
}
