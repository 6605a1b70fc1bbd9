import type { Cause } from '../cause.ts';
import { inventoryParts, namedBy, nextOf } from '../inventory.ts';
import { failsWith } from '../make-finding.ts';
import { hasOldSuitesOnly } from '../old-suites.ts';
import { HANDSHAKE_FAILURE, provedByChange, suspectRefusal } from '../refusal.ts';
import { opensslClient } from '../reproduce.ts';
import { listed } from '../words.ts';

const ALERTS = { handshake_failure: 4, insufficient_security: 8, illegal_parameter: 1, internal_error: 1 };

/** No cipher suite is on both lists. */
export const noCommonCipherSuite: Cause = {
  code: 'NO_COMMON_CIPHER_SUITE',
  severity: 'error',
  step: 'tls',
  title: 'no common cipher suite',
  meaning: 'No cipher suite is on both lists.',
  provedBy: 'A ServerHello that comes as soon as every registered cipher suite is offered.',
  remedy: 'Widen one of them.',
  alsoKnownAs: [
    ...HANDSHAKE_FAILURE,
    { client: 'Chrome', text: 'ERR_SSL_VERSION_OR_CIPHER_MISMATCH' },
    { client: 'Firefox', text: 'SSL_ERROR_NO_CYPHER_OVERLAP' },
  ],
  suspect: (address) =>
    suspectRefusal('NO_COMMON_CIPHER_SUITE', 'cipher_suites:all', { alerts: ALERTS }, address, {
      alsoPassesWith: ['offer:all'],
      saysNothingOf: ['versions:1.2'],
    }),
  asks: (address) => nextOf(address, 'cipher_suites:all', () => namedBy(address, 'cipher_suites')),
  evaluate: (facts) =>
    provedByChange(noCommonCipherSuite, 'cipher_suites:all', facts, (address) => {
      if (hasOldSuitesOnly(address)) return undefined;
      const inventory = namedBy(address, 'cipher_suites');
      const names = listed(inventory.items.map(({ name }) => name));
      return {
        title: `no common cipher suite: the server has ${names}`,
        summary: failsWith(facts, `no common cipher suite, the server has ${names}`),
        ...inventoryParts(inventory, 'cipher suite'),
        fix: {
          text: `allow TLS_AES_128_GCM_SHA256 (TLS 1.3) and ECDHE with AES-GCM (TLS 1.2) on ${address.address}: every client of today has them`,
          commands: [],
        },
        reproduce: [opensslClient(facts, address, '-ciphersuites TLS_AES_128_GCM_SHA256 -cipher ECDHE+AESGCM')],
      };
    }),
};
