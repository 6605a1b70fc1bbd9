import type { Cause } from '../cause.ts';
import type { AddressFacts } from '../facts.ts';
import type { Evidence } from '../finding.ts';
import { failsWith, makeFinding, symptomText } from '../make-finding.ts';
import { certificatesIn } from '../messages.ts';
import { describeAnswer } from '../probes/answer.ts';
import { changeOf } from '../probes/change.ts';
import { refusalEvidence, refusalPlace } from '../refusal.ts';
import { opensslClient } from '../reproduce.ts';
import { connectionsAt, searchNotes } from './symptoms.ts';

/** It fails, and no probe told why. */
export const unexplained: Cause = {
  code: 'UNEXPLAINED',
  severity: 'error',
  step: 'tls',
  title: 'it fails, and no probe told why',
  meaning: 'It fails, and no probe told why; the evidence has what was seen.',
  provedBy: 'Nothing: what was seen and what was ruled out is told.',
  remedy: 'Run it with `-vv`, and report it: a cause is missing here.',
  alsoKnownAs: [],
  fallback: true,
  evaluate: (facts, searchAt) =>
    facts.addresses
      .filter(({ tls, symptom }) => tls !== undefined && symptom.kind !== 'none')
      .map((address) =>
        makeFinding(unexplained, facts, address, {
          title: `the handshake fails with ${symptomText(address)}, and no probe told why`,
          summary: failsWith(facts, `${symptomText(address)}, unexplained`),
          where: refusalPlace(address),
          evidence: [
            ...refusalEvidence(address),
            ...lastWord(address),
            ...address.exchanges.map((exchange) => ({
              kind: 'text' as const,
              text: `with ${changeOf(exchange.change).name}: ${describeAnswer(exchange)}`,
            })),
          ],
          proof: { kind: 'observation', after: symptomText(address), connections: connectionsAt(address) },
          notes: [...clientCertificateNotes(address), ...searchNotes(searchAt(address))],
          fix: {
            text: `look at the log of ${address.endpoint} for this time; run it again with -vv and report what it shows`,
            commands: [],
          },
          reproduce: [opensslClient(facts, address, '-msg')],
        }),
      ),
};

/** Where a handshake had begun: the last message that came, which is as far as the server went. */
function lastWord({ tls }: AddressFacts): Evidence[] {
  const messages = (tls?.events ?? []).flatMap(({ event }) => (event.kind === 'message' ? [event] : []));
  const last = messages.findLast(({ direction }) => direction === 'received');
  if (last === undefined) return [];
  const answered = messages.findLast(({ direction }) => direction === 'sent')?.name ?? 'nothing';
  return [{ kind: 'text', text: `the last that came: ${last.name}; the last that was sent: ${answered}` }];
}

/** An end without an alert behind our Certificate: many servers refuse it like that, and it proves nothing. */
function clientCertificateNotes({ negotiated, tls, symptom }: AddressFacts): string[] {
  const sent = certificatesIn(tls, 'sent');
  if (!negotiated.certificateRequested || sent === undefined || symptom.kind === 'alert') return [];
  return [
    `the server asked for a client certificate and got ${sent.length === 0 ? 'none' : 'the one given'}; that this is why it ends here is not shown`,
  ];
}
