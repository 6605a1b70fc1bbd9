import type { Cause } from '../cause.ts';
import { failsWith, makeFinding, symptomText } from '../make-finding.ts';
import { describeAnswer, outcomeOf } from '../probes/answer.ts';
import { refusalEvidence, refusalPlace } from '../refusal.ts';
import { opensslClient } from '../reproduce.ts';
import { connectionsAt } from './symptoms.ts';

/** The same bytes fail once and pass another time: the answer depends on which server takes the connection. */
export const intermittent: Cause = {
  code: 'INTERMITTENT',
  severity: 'error',
  step: 'tls',
  title: 'it fails at times',
  meaning: 'The same ClientHello was refused once and answered another time, at one address.',
  provedBy: 'The failing ClientHello, sent again unchanged, that gets a ServerHello.',
  remedy: 'Look at every server behind the address: one is broken, overloaded or was just restarted.',
  alsoKnownAs: [],
  evaluate: (facts) =>
    facts.addresses.flatMap((address) => {
      const again = address.exchanges.find(({ change }) => change === 'none');
      if (again === undefined || outcomeOf(again, address.symptom.kind) !== 'pass') return [];
      return makeFinding(intermittent, facts, address, {
        title: 'the same ClientHello was refused, and answered when it was sent again',
        summary: failsWith(facts, 'refused at times, answered at others'),
        where: refusalPlace(address),
        evidence: [
          ...refusalEvidence(address),
          { kind: 'text', text: `the same ClientHello again: ${describeAnswer(again)}` },
        ],
        proof: {
          kind: 'probe',
          changed: 'nothing: the same bytes were sent again',
          before: symptomText(address),
          after: describeAnswer(again),
          connections: connectionsAt(address),
        },
        fix: {
          text: `look at every server behind ${address.endpoint}: one is broken, overloaded or was just restarted`,
          commands: [],
        },
        reproduce: [opensslClient(facts, address)],
      });
    }),
};
