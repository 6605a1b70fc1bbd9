import type { Finding } from '../../diagnose/index.ts';
import type { LabEndpoint } from '../../lab/index.ts';

/** A finding as the command's JSON has it, as far as the demo looks at it. */
export interface FoundFinding {
  readonly code: string;
  readonly where: Finding['where'];
  readonly evidence: readonly unknown[];
  readonly proof: Finding['proof'];
}

/**
 * Whether the finding of an endpoint is the one that is true, alone, and proved as it should be. Without a cause there
 * must be no finding.
 * @param connections how many the run had
 */
export function isNamedAndProved(
  { cause, proof }: Pick<LabEndpoint, 'cause' | 'proof'>,
  findings: readonly FoundFinding[],
  connections: number,
): boolean {
  if (cause === null) return findings.length === 0;
  const [finding, ...others] = findings;
  return (
    finding !== undefined &&
    others.length === 0 &&
    finding.code === cause &&
    finding.proof.kind === proof &&
    isProved(finding, connections)
  );
}

/** Whether a proof has what proofs of its kind have, and rests on connections that there were. */
function isProved({ where, evidence, proof }: FoundFinding, connections: number): boolean {
  const { kind, changed, before, after } = proof;
  const made = new Set(proof.connections);
  const exist = [...made].every((number) => Number.isInteger(number) && number >= 1 && number <= connections);
  if (!exist || made.size !== proof.connections.length || !isSaid(after)) return false;
  switch (kind) {
    case 'bytes':
      return made.size >= 1 && evidence.length > 0;
    case 'probe':
      // The failing connection, and the changed one that passed.
      return made.size >= 2 && isSaid(changed) && isSaid(before);
    case 'dns':
      return made.size === 0 && connections === 0;
    case 'tcp':
      return made.size === 1 && where === null;
    case 'observation':
      return made.size >= 1;
  }
}

/** A proof in a cell of a table. */
export function proofText({ where, proof }: FoundFinding): string {
  const { kind, changed, after = '', connections } = proof;
  const count = `${connections.length} connection${connections.length === 1 ? '' : 's'}`;
  switch (kind) {
    case 'bytes':
      return where === null
        ? `bytes: ${after}`
        : `${where.message}, bytes ${where.bytes.start}..${where.bytes.end - 1}`;
    case 'probe':
      return `${changed}: ${after} (${count})`;
    case 'dns':
      return `DNS: ${after}`;
    case 'tcp':
      return `TCP: ${after}`;
    case 'observation':
      return `seen: ${after} (${count})`;
  }
}

function isSaid(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}
