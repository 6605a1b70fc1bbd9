import { alignedRight, type Line, type Piece, type Style, styled, toPlainText } from '../../explain/index.ts';
import type { Finding } from '../finding.ts';
import type { Report } from '../report.ts';
import { NOT_REACHED, type StepReport, type StepStatus } from '../steps.ts';
import { count, listed, took } from '../words.ts';
import { findingLines, noteLines } from './finding.ts';
import { sessionLines, triesIn } from './sessions.ts';
import { versionLines } from './versions.ts';

/** The column that times end in. */
const WIDTH = 67;

const MARKS: Readonly<Record<StepStatus, readonly [sign: string, style: Style]>> = {
  good: ['✔', 'good'],
  bad: ['✖', 'bad'],
  warn: ['▲', 'warn'],
  none: ['–', 'dim'],
  unknown: ['?', 'warn'],
};

/** How much of a report is shown. */
export interface ScreenOptions {
  /** Adds the commands that show the same symptom, and the connections. */
  readonly verbose: boolean;
  /** Leaves the steps of what works out, for a screen that has more to say of one of them. */
  readonly withoutSteps?: true;
}

/** The screen of one target. */
export function reportLines(report: Report, options: ScreenOptions): Line[] {
  const { findings, status, steps, facts } = report;
  const isBroken = findings.some(({ severity }) => severity === 'error');
  const lines =
    isBroken || status === 'not_measured' ? [headline(report), stepLine(steps)] : healthyLines(report, options);
  lines.push(...versionLines(facts), ...sessionLines(facts));
  const groups = grouped(findings);
  for (const { finding, alsoAt } of groups) {
    lines.push(
      ...findingLines({
        finding,
        alsoAt,
        port: facts.run.target.port,
        connections: facts.connections > facts.addresses.length ? facts.connections : undefined,
        showsEndpoint: facts.addresses.length > 1 && finding.step !== 'dns',
        verbose: options.verbose,
      }),
    );
  }
  if (status !== 'not_measured') {
    lines.push(...report.notMeasured.flatMap(({ what, reason }) => noteLines(`${what} not measured: ${reason}`)));
  }
  if (report.ignored.length > 0) lines.push(...noteLines(`ignored: ${listed(report.ignored)}`));
  // What it took is told where it was more than one look at each address, and no proof has told it.
  const isTold = findings.some(({ proof }) => proof.kind === 'probe' && proof.changed !== undefined);
  // Offers of a session are told with their connections.
  const hasProbes = facts.connections > facts.addresses.length + triesIn(facts);
  if (options.verbose || (hasProbes && !isTold)) {
    lines.push([styled('dim', `  ${count(facts.connections, 'connection')}`)]);
  }
  return lines;
}

/** The screen of one target as plain text: for the message of a failing test, say. */
export function reportText(report: Report): string {
  return toPlainText(reportLines(report, { verbose: true }));
}

/** The one line for somebody who reads nothing else. */
export function headline({ findings, status, summary }: Report): Line {
  return [markOf(statusMark(findings, status)), ' ', styled('strong', summary)];
}

function healthyLines(report: Report, { withoutSteps }: ScreenOptions): Line[] {
  const time = styled('dim', took(report.facts.run.took));
  return [
    alignedRight(headline(report), time, WIDTH),
    ...(withoutSteps === true ? [] : report.steps).map((one): Line => {
      const line: Line = ['  ', one.step.toUpperCase().padEnd(6), markOf(one.status), ' ', one.text];
      return one.took === undefined ? line : alignedRight(line, styled('dim', took(one.took)), WIDTH);
    }),
  ];
}

/** The steps in one line; that a step was not reached is said once, the others follow from it. */
function stepLine(steps: readonly StepReport[]): Line {
  const unreached = steps.find(({ brief }) => brief === NOT_REACHED);
  return steps.flatMap((one): (string | Piece)[] => {
    const says = one.brief === '' || (one.brief === NOT_REACHED && one !== unreached) ? [] : [' ', one.brief];
    return [`  ${one.step.toUpperCase()} `, markOf(one.status), ...says];
  });
}

function statusMark(findings: readonly Finding[], status: Report['status']): StepStatus {
  if (findings.some(({ severity }) => severity === 'error')) return 'bad';
  if (status === 'not_measured') return 'unknown';
  return findings.some(({ severity }) => severity === 'warning') ? 'warn' : 'good';
}

function markOf(status: StepStatus): Piece {
  const [sign, style] = MARKS[status];
  return styled(style, sign);
}

/** The same fault at several addresses is shown once. */
function grouped(findings: readonly Finding[]): { readonly finding: Finding; readonly alsoAt: readonly string[] }[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.code, finding.title, finding.notes]);
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap(([finding, ...others]) =>
    finding === undefined ? [] : [{ finding, alsoAt: others.map(({ endpoint }) => endpoint) }],
  );
}
