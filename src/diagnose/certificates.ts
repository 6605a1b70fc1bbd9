/** What findings about certificates have in common: where a certificate stands in the Certificate message. */
import type { Cause } from './cause.ts';
import type { AddressFacts, Facts } from './facts.ts';
import type { Evidence, Finding, FindingCode } from './finding.ts';
import { type FindingParts, failsWith, makeFinding } from './make-finding.ts';
import { certificateSpans, findMessage } from './messages.ts';
import type { ChainProblem, PathCertificate } from './observations.ts';
import { opensslClient } from './reproduce.ts';

/** A fault that validation found, with where it was found. */
export interface LocatedProblem {
  readonly address: AddressFacts;
  readonly problem: ChainProblem;
  /** The certificate in question, where it is on the path. */
  readonly certificate: PathCertificate | undefined;
}

/** The faults of one kind: the first at each address, as one finding tells of one fault. */
export function problemsOf(facts: Facts, code: FindingCode): LocatedProblem[] {
  return facts.addresses.flatMap((address) => {
    const problem = address.chain?.problems.find((one) => one.code === code);
    if (problem === undefined) return [];
    return { address, problem, certificate: certificateOf(address, problem) };
  });
}

/** `the leaf`, `the intermediate R12`. */
export function roleOf({ problem, certificate, address }: LocatedProblem): string {
  const depth = problem.depth ?? problem.sent ?? 0;
  if (depth === 0) return 'certificate';
  const last = (address.chain?.path.length ?? 0) - 1;
  return `${depth === last && address.chain?.anchored === true ? 'root' : 'intermediate'} ${certificate?.name ?? ''}`.trim();
}

/** Where the bytes of a fault stand in the Certificate message. */
function placeOf({ address, problem }: LocatedProblem): Finding['where'] {
  if (problem.sent === undefined || problem.span === undefined) return null;
  const certificate = certificateSpans(address.recorded)[problem.sent];
  if (certificate === undefined) return null;
  const { start, end } = problem.span;
  return { message: 'Certificate message', bytes: { start: certificate.start + start, end: certificate.start + end } };
}

/** The bytes of a fault, with a reading of them. */
export function bytesOf(located: LocatedProblem, reads: string, caption: string, header = 0): Evidence[] {
  const place = placeOf(located);
  const message = findMessage(located.address.recorded, 'received', 'certificate')?.bytes;
  if (place === null || message === undefined) return [];
  const { start, end } = place.bytes;
  return [
    {
      kind: 'bytes',
      bytes: message.subarray(start, Math.min(end, start + 32)),
      start,
      mark: { start: start + header, end },
      reads,
      caption,
    },
  ];
}

/** `shop.example <- R12 <- ISRG Root X1`, with the arrow of the screen. */
export function pathText(path: readonly PathCertificate[], issuedBy = '←'): string {
  return path.map(({ name }) => name).join(` ${issuedBy} `);
}

/** A finding that bytes of a certificate prove. */
export function certificateFinding(
  cause: Cause,
  facts: Facts,
  located: LocatedProblem,
  parts: Pick<FindingParts, 'title' | 'evidence' | 'fix'> & Partial<FindingParts> & { readonly fault: string },
): Finding {
  const { address, problem } = located;
  const { fault, ...rest } = parts;
  return makeFinding(cause, facts, address, {
    summary: failsWith(facts, fault),
    where: placeOf(located),
    proof: {
      kind: 'bytes',
      after: problem.message,
      connections: [address.chain?.connection ?? address.tcp.connection],
    },
    reproduce: [opensslClient(facts, address, '-verify_return_error')],
    ...rest,
  });
}

function certificateOf({ chain }: AddressFacts, { depth, sent }: ChainProblem): PathCertificate | undefined {
  if (depth !== undefined) return chain?.path[depth];
  return chain?.path.find((one) => one.sent !== undefined && one.sent === sent);
}
