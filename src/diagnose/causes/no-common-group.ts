import type { Cause } from '../cause.ts';
import { failsWith } from '../make-finding.ts';
import { HANDSHAKE_FAILURE, provedByChange, suspectRefusal } from '../refusal.ts';
import { opensslClient } from '../reproduce.ts';

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
  evaluate: (facts) =>
    provedByChange(noCommonGroup, 'groups:all', facts, (address, { group = 'another group' }) => ({
      title: `no common group: the server takes ${group}`,
      summary: failsWith(facts, `no common group, the server takes ${group}`),
      fix: {
        text: `allow X25519 or P-256 on ${address.address}, e.g. ssl_ecdh_curve X25519:P-256 in nginx`,
        commands: [],
      },
      reproduce: [opensslClient(facts, address, '-tls1_3 -groups X25519:P-256')],
    })),
};
