/** What the three silent refusals share: they are told, with everything that was ruled out, when no cause was proved. */
import type { Cause, Hypothesis, Search } from '../cause.ts';
import type { AddressFacts, Facts, Symptom } from '../facts.ts';
import type { Evidence, Finding, Fix } from '../finding.ts';
import { failsWith, makeFinding, symptomText } from '../make-finding.ts';
import { describeAnswer } from '../probes/answer.ts';
import { changeOf } from '../probes/change.ts';
import { refusalEvidence, refusalPlace } from '../refusal.ts';
import { curl, opensslClient } from '../reproduce.ts';
import { listed } from '../words.ts';

/** The findings of a cause that is a symptom: at every address that shows it before the first byte. */
export function findSymptom(
  cause: Cause,
  kind: Symptom['kind'],
  facts: Facts,
  searchAt: (address: AddressFacts) => Search,
  words: { readonly title: string; readonly summary: string; fix(address: AddressFacts): Fix },
): Finding[] {
  return facts.addresses
    .filter(({ symptom }) => symptom.kind === kind && 'received' in symptom && symptom.received === 0)
    .map((address) =>
      makeFinding(cause, facts, address, {
        title: words.title,
        summary: failsWith(facts, words.summary),
        where: refusalPlace(address),
        evidence: [...refusalEvidence(address), ...again(address)],
        proof: { kind: 'observation', after: symptomText(address), connections: connectionsAt(address) },
        notes: searchNotes(searchAt(address)),
        fix: words.fix(address),
        reproduce: [opensslClient(facts, address), curl(facts, address)],
      }),
    );
}

/** The same ClientHello another time: that it is not refused at times only. */
function again({ exchanges }: AddressFacts): Evidence[] {
  const control = exchanges.find(({ change }) => change === 'none');
  return control === undefined
    ? []
    : [{ kind: 'text', text: `the same ClientHello again: ${describeAnswer(control)}` }];
}

/** What the probes ruled out, and what they left open. */
export function searchNotes({ remaining, ruledOut }: Search): string[] {
  const notes = ruledOut.length === 0 ? [] : [`no better with ${listed(ruledOut.map(inWords))}`];
  if (remaining.length > 0) {
    notes.push(
      `not ruled out: ${listed(remaining.map(({ code }) => code))}; what would tell: ${listed(remaining.map(inWords))}`,
    );
  }
  return notes;
}

/** The connections that were made to an address. */
export function connectionsAt({ tcp, exchanges, handshakes }: AddressFacts): number[] {
  const probes = [...exchanges, ...handshakes.map((one) => one.tcp)].map(({ connection }) => connection);
  return [tcp.connection, ...probes.sort((a, b) => a - b)];
}

function inWords({ change }: Hypothesis): string {
  return changeOf(change).name;
}
