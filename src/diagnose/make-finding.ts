import type { Cause } from './cause.ts';
import type { AddressFacts, Facts } from './facts.ts';
import type { Evidence, Finding, Fix, Proof } from './finding.ts';
import type { ExchangeObservation } from './observations.ts';
import { describeAnswer } from './probes/answer.ts';
import { changeOf, valueBefore } from './probes/change.ts';
import { endpointText } from './target.ts';

/** What is particular to one finding; the rest comes from its cause. */
export interface FindingParts {
  readonly title: string;
  readonly summary: string;
  readonly evidence: readonly Evidence[];
  readonly proof: Proof;
  readonly fix: Fix;
  readonly where?: Finding['where'];
  readonly notes?: readonly string[];
  readonly reproduce?: readonly string[];
}

type CauseFields = Pick<Cause, 'code' | 'severity' | 'step' | 'alsoKnownAs'>;

/** A finding of `cause` at an address, or at the target as a whole. */
export function makeFinding(
  cause: CauseFields,
  facts: Facts,
  address: AddressFacts | null,
  parts: FindingParts,
): Finding {
  return {
    code: cause.code,
    severity: cause.severity,
    step: cause.step,
    endpoint: address?.endpoint ?? targetText(facts),
    title: parts.title,
    summary: parts.summary,
    where: parts.where ?? null,
    evidence: parts.evidence,
    proof: parts.proof,
    alsoKnownAs: cause.alsoKnownAs,
    notes: parts.notes ?? [],
    fix: parts.fix,
    reproduce: parts.reproduce ?? [],
    docs: `docs/findings.md#${cause.code.toLowerCase()}`,
  };
}

/** `shop.example:443`. */
export function targetText({ run }: Facts): string {
  return endpointText(run.target.host, run.target.port);
}

/** `shop.example:443 fails: certificate expired 3 days ago`. */
export function failsWith(facts: Facts, fault: string): string {
  return `${targetText(facts)} fails: ${fault}`;
}

/** The proof by a probe that passed with one change, and by its controls that failed without, where the answer does not speak for itself. */
export function proofByProbe(
  address: AddressFacts,
  exchange: ExchangeObservation,
  controls: readonly ExchangeObservation[],
  facts: Facts,
  before: string,
): Proof {
  const change = changeOf(exchange.change);
  return {
    kind: 'probe',
    changed: `${change.input}: ${valueBefore(exchange.change, facts.run.settings.input)} -> ${change.to}`,
    before,
    after: describeAnswer(exchange),
    connections: [address.tcp.connection, exchange.connection, ...controls.map(({ connection }) => connection)],
  };
}

/** The failing handshake in a few words: `alert 40 handshake_failure`. */
export function symptomText({ symptom }: Pick<AddressFacts, 'symptom'>): string {
  switch (symptom.kind) {
    case 'alert':
      return `alert ${symptom.code} ${symptom.name}`;
    case 'reset':
      return `connection reset${afterBytes(symptom.received)}`;
    case 'closed':
      return `connection closed${afterBytes(symptom.received)}`;
    case 'silent':
      return symptom.received === 0 ? 'nothing' : `silence${afterBytes(symptom.received)}`;
    case 'not_tls':
      return 'bytes that are not TLS';
    default:
      return symptom.kind;
  }
}

function afterBytes(received: number): string {
  return received === 0 ? '' : ` after ${received} bytes`;
}
