import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { handshakeText, probeWith } from '../handshakes.ts';
import { failsWith, makeFinding, symptomText } from '../make-finding.ts';
import { isHelloAnswered } from '../messages.ts';
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
  meaning:
    'The same handshake failed once and did not another time, at one address. Beside a change that helped, the unchanged hello is sent twice more in a row (once after an alert that says its reason), where connections are left: of two servers behind an address both are met. A peer that fails every second time by chance is still taken for a broken one in one run of eight; run the check again where that matters.',
  provedBy:
    'The failing ClientHello, sent again unchanged, that gets a ServerHello; or the same whole handshake, that completes.',
  remedy: 'Look at every server behind the address: one is broken, overloaded or was just restarted.',
  alsoKnownAs: [],
  evaluate: (facts) =>
    facts.addresses.flatMap((address) => byHello(facts, address) ?? byHandshake(facts, address) ?? []),
};

function byHello(facts: Facts, address: AddressFacts): Finding | undefined {
  const passed = address.exchanges.find(
    (one) => one.change === 'none' && outcomeOf(one, address.symptom.kind) === 'pass',
  );
  if (passed === undefined || isHelloAnswered(address)) return undefined;
  return finding(facts, address, {
    title: 'the same ClientHello was refused, and answered when it was sent again',
    before: symptomText(address),
    after: describeAnswer(passed),
  });
}

function byHandshake(facts: Facts, address: AddressFacts): Finding | undefined {
  const again = probeWith(address, 'handshake:none');
  // Behind a flight it is not the same handshake: it offers what was answered.
  if (again?.symptom.kind !== 'none' || address.symptom.kind === 'none' || address.flight !== undefined)
    return undefined;
  return finding(facts, address, {
    title: 'the handshake failed, and completes when it is made again',
    before: handshakeText(address),
    after: handshakeText(again),
  });
}

function finding(
  facts: Facts,
  address: AddressFacts,
  { title, before, after }: { readonly title: string; readonly before: string; readonly after: string },
): Finding {
  return makeFinding(intermittent, facts, address, {
    title,
    summary: failsWith(facts, 'refused at times, answered at others'),
    where: refusalPlace(address),
    evidence: [...refusalEvidence(address), { kind: 'text', text: `the same again: ${after}` }],
    proof: {
      kind: 'probe',
      changed: 'nothing: the same was sent again',
      before,
      after,
      connections: connectionsAt(address),
    },
    fix: {
      text: `look at every server behind ${address.endpoint}: one is broken, overloaded or was just restarted`,
      commands: [],
    },
    reproduce: [opensslClient(facts, address)],
  });
}
