import type { Cause } from '../cause.ts';
import { inventoryParts, namedBy, nextOf } from '../inventory.ts';
import { failsWith } from '../make-finding.ts';
import { HANDSHAKE_FAILURE, provedByChange, suspectRefusal } from '../refusal.ts';
import { opensslClient } from '../reproduce.ts';
import { listed } from '../words.ts';

const ALERTS = { handshake_failure: 4, illegal_parameter: 2, insufficient_security: 1, internal_error: 1 };

/** No key agreement is on both lists. */
export const noCommonGroup: Cause = {
  code: 'NO_COMMON_GROUP',
  severity: 'error',
  step: 'tls',
  title: 'no common group',
  meaning: 'No key agreement is on both lists.',
  provedBy: 'A HelloRetryRequest that comes as soon as every registered group is offered.',
  remedy: 'Allow X25519 or P-256.',
  alsoKnownAs: HANDSHAKE_FAILURE,
  suspect: (address) =>
    suspectRefusal('NO_COMMON_GROUP', 'groups:all', { alerts: ALERTS }, address, {
      alsoPassesWith: ['offer:all'],
      saysNothingOf: ['versions:1.2'],
    }),
  asks: (address) => nextOf(address, 'groups:all', () => namedBy(address, 'groups')),
  evaluate: (facts) =>
    provedByChange(noCommonGroup, 'groups:all', facts, (address) => {
      const inventory = namedBy(address, 'groups');
      const names = listed(inventory.items.map(({ name }) => name)) || 'another group';
      return {
        title: `no common group: the server has ${names}`,
        summary: failsWith(facts, `no common group, the server has ${names}`),
        ...inventoryParts(inventory, 'group'),
        fix: {
          text: `allow X25519 or P-256 on ${address.address}, e.g. ssl_ecdh_curve X25519:P-256 in nginx`,
          commands: [],
        },
        reproduce: [opensslClient(facts, address, '-groups X25519:P-256')],
      };
    }),
};
