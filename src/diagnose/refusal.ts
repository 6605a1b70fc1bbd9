/** What causes of a refused ClientHello have in common: the symptoms they start from and the proof by one change. */
import type { Cause, Hypothesis } from './cause.ts';
import type { AddressFacts, Facts } from './facts.ts';
import type { Evidence, Finding } from './finding.ts';
import { type FindingParts, makeFinding, proofByProbe, symptomText } from './make-finding.ts';
import { alertReceived, findMessage, isHelloAnswered } from './messages.ts';
import { isProved } from './planner.ts';
import { type Answer, readAnswer } from './probes/answer.ts';
import { type ChangeId, changeOf } from './probes/change.ts';

/** What other clients print for alert 40, whatever its cause. */
export const HANDSHAKE_FAILURE: Cause['alsoKnownAs'] = [
  { client: 'curl', text: 'alert handshake failure' },
  { client: 'Node.js', text: 'EPROTO alert number 40' },
  { client: 'Go', text: 'remote error: tls: handshake failure' },
  { client: 'Java', text: 'Received fatal alert: handshake_failure' },
];

/** How well a cause explains each way to refuse a ClientHello; absent where it does not. */
export interface Fit {
  /** By the alert's name. */
  readonly alerts: Readonly<Record<string, number>>;
  /** A connection that ends or stays silent before the first byte. */
  readonly withoutAlert?: number;
}

/** The hypothesis of a cause whose proof is one changed ClientHello. */
export function suspectRefusal(
  code: Hypothesis['code'],
  change: ChangeId,
  fit: Fit,
  { symptom, tls }: AddressFacts,
  more: Partial<Pick<Hypothesis, 'alsoPassesWith' | 'saysNothingOf'>> = {},
): Hypothesis | undefined {
  // What a ServerHello answers is not refused: the alert is about something that came later.
  if (isHelloAnswered({ tls })) return undefined;
  let weight: number | undefined;
  if (symptom.kind === 'alert' && !symptom.afterHandshake) weight = fit.alerts[symptom.name];
  if (symptom.kind === 'reset' || symptom.kind === 'closed' || symptom.kind === 'silent') {
    weight = symptom.received === 0 ? fit.withoutAlert : undefined;
  }
  return weight === undefined
    ? undefined
    : { code, change, weight, alsoPassesWith: more.alsoPassesWith ?? [], saysNothingOf: more.saysNothingOf ?? [] };
}

/** What a cause says of itself; its evidence stands behind that of the refusal. */
type RefusalParts = Omit<FindingParts, 'proof' | 'where' | 'evidence'> & Partial<Pick<FindingParts, 'evidence'>>;

type Passed = Extract<Answer, { kind: 'server_hello' }>;

/** The findings of a cause at every address where its changed ClientHello got a ServerHello. */
export function provedByChange(
  cause: Cause,
  change: ChangeId,
  facts: Facts,
  describe: (address: AddressFacts, answer: Passed) => RefusalParts | undefined,
): Finding[] {
  return facts.addresses.flatMap((address) => {
    if (cause.suspect?.(address, facts) === undefined) return [];
    const exchange = address.exchanges.find((one) => one.change === change);
    if (exchange === undefined || !isProved({ change }, address)) return [];
    const controls = address.exchanges.filter((one) => one.change === 'none');
    const answer = readAnswer(exchange.received);
    const told = answer.kind === 'server_hello' ? describe(address, answer) : undefined;
    if (answer.kind !== 'server_hello' || told === undefined) return [];
    return makeFinding(cause, facts, address, {
      ...told,
      where: refusalPlace(address),
      evidence: [
        ...refusalEvidence(address),
        { kind: 'text', text: `with ${changeOf(change).name}: ${answerText(answer)}` },
        ...(told.evidence ?? []),
      ],
      proof: proofByProbe(address, exchange, controls, facts, symptomText(address)),
    });
  });
}

/** The bytes of the alert that refused the ClientHello. */
export function refusalEvidence(address: AddressFacts): Evidence[] {
  const alert = alertReceived(address.tls);
  if (alert === undefined || address.tls === undefined || alert.level !== 'initial') {
    const size = findMessage(address.tls, 'sent', 'client_hello')?.bytes.length;
    return [{ kind: 'text', text: `ClientHello of ${size ?? 0} bytes sent; ${symptomText(address)}` }];
  }
  const { severity, code } = alert;
  return [
    {
      kind: 'bytes',
      bytes: Uint8Array.of(severity, code),
      start: 0,
      mark: { start: 1, end: 2 },
      reads: `${severity === 2 ? 'fatal' : 'warning'}, ${alert.name ?? code}`,
      caption: `alert ${code}, the answer to the ClientHello`,
    },
  ];
}

/** Where the refusal stands. */
export function refusalPlace(address: AddressFacts): Finding['where'] {
  const alert = alertReceived(address.tls);
  return alert === undefined ? null : { message: 'Alert message', bytes: { start: 0, end: 2 } };
}

function answerText({ version, cipherSuite, group, retry }: Passed): string {
  const name = retry ? 'HelloRetryRequest' : 'ServerHello';
  return `${name}, ${version}, ${cipherSuite}${group === undefined ? '' : `, ${group}`}`;
}
