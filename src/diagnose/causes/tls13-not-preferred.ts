import { VERSIONS } from '../../tls/wire.ts';
import type { Cause } from '../cause.ts';
import { makeFinding, targetText } from '../make-finding.ts';
import { describeAnswer } from '../probes/answer.ts';
import { opensslClient } from '../reproduce.ts';
import { helloEvidence, versionsOf } from '../versions.ts';

/** TLS 1.3 is there and an older version is chosen. */
export const tls13NotPreferred: Cause = {
  code: 'TLS13_NOT_PREFERRED',
  severity: 'warning',
  step: 'tls',
  title: 'TLS 1.3 is not preferred',
  meaning: 'The server has TLS 1.3 and chooses an older version of a client that offers both.',
  provedBy:
    'The ServerHello of an older version that answers every version, beside the one of TLS 1.3 that answers TLS 1.3 alone.',
  remedy: 'Look for what makes it choose: a balancer before it, or its order of versions.',
  alsoKnownAs: [],
  evaluate: (facts) =>
    facts.addresses.flatMap((address) => {
      const versions = versionsOf(address);
      const tls13 = versions?.list.find(({ code }) => code === VERSIONS.tls13);
      const preferred = versions?.preferred;
      if (tls13?.isSupported !== true || preferred === undefined || preferred.version === 'TLS 1.3') return [];
      const evidence = helloEvidence(preferred.exchange, `${preferred.version}, where every version was offered`);
      return makeFinding(tls13NotPreferred, facts, address, {
        title: `the server has TLS 1.3 and chooses ${preferred.version} where both are offered`,
        summary: `${targetText(facts)} prefers ${preferred.version} to TLS 1.3`,
        evidence: [
          ...(evidence === undefined ? [] : [evidence]),
          { kind: 'text', text: `with TLS 1.3 alone: ${describeAnswer(tls13.exchange)}` },
        ],
        proof: {
          kind: 'bytes',
          after: `ServerHello, ${preferred.version}`,
          connections: [preferred.exchange.connection, tls13.exchange.connection],
        },
        fix: {
          text: `make ${address.address} choose the newest version: look for a balancer or proxy before it that has TLS 1.3 on some of its servers only`,
          commands: [],
        },
        reproduce: [opensslClient(facts, address), opensslClient(facts, address, '-tls1_3')],
      });
    }),
};
