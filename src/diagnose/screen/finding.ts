import { toHex } from '../../bytes/index.ts';
import { type Line, safeText, styled, wrapped } from '../../explain/index.ts';
import type { BytesEvidence, Evidence, Finding, Severity, TableEvidence, TextEvidence } from '../finding.ts';

/** Bytes of evidence in a line. */
const SHOWN_BYTES = 10;

/** Columns that values of a table take at least, so that tables of one run stand alike. */
const VALUE_WIDTH = 32;

/** Columns of the text of a note. */
const NOTE_WIDTH = 72;

const SEVERITY_STYLE = { error: 'bad', warning: 'warn', notice: 'accent' } as const;

/** How a finding is shown. */
export interface FindingView {
  readonly finding: Finding;
  /** The other endpoints that have the very same. */
  readonly alsoAt: readonly string[];
  /** Connections of the whole run, where probes were made. */
  readonly connections: number | undefined;
  /** The port of the target: endpoints are named without it. */
  readonly port: number;
  /** Whether to name the endpoint although no bytes stand there. */
  readonly showsEndpoint: boolean;
  /** Whether to add the commands that show the same. */
  readonly verbose: boolean;
}

/** A finding: what, where, the evidence, the proof, the repair. */
export function findingLines(view: FindingView): Line[] {
  const { finding, alsoAt, verbose } = view;
  const { severity, code, title } = finding;
  const others = alsoAt.map((endpoint) => withoutPort(endpoint, view.port));
  const notes = others.length === 0 ? finding.notes : [...finding.notes, `the same at ${others.join(', ')}`];
  return [
    [styled(SEVERITY_STYLE[severity], `${severity}[${code}]`), styled('strong', `: ${title}`)],
    ...whereLines(view),
    ...finding.evidence.flatMap((evidence) => evidenceLines(evidence, severity)),
    ...proofLines(view),
    ...notes.flatMap(noteLines),
    [styled('good', '  fix:  '), finding.fix.text],
    ...finding.fix.commands
      .filter((command) => command !== finding.fix.text)
      .map((command): Line => ['        $ ', styled('accent', command)]),
    ...(verbose ? finding.reproduce.map((command): Line => ['  see:  $ ', styled('dim', command)]) : []),
  ];
}

/** A note, its further lines below its first word. */
export function noteLines(text: string): Line[] {
  return wrapped(text, NOTE_WIDTH).map((part, index): Line => [index === 0 ? '  note: ' : '        ', part]);
}

/** Offsets as people read them: the last byte included. */
function spanText({ start, end }: { readonly start: number; readonly end: number }): string {
  return end - start <= 1 ? `byte ${start}` : `bytes ${start}..${end - 1}`;
}

function whereLines({ finding, showsEndpoint, port }: FindingView): Line[] {
  const { where } = finding;
  const endpoint = withoutPort(finding.endpoint, port);
  if (where === null) return showsEndpoint ? [[styled('dim', '  --> '), endpoint]] : [];
  return [[styled('dim', '  --> '), `${endpoint}, ${where.message}, ${spanText(where.bytes)}`]];
}

/** `192.0.2.10` of `192.0.2.10:443`. */
function withoutPort(endpoint: string, port: number): string {
  const suffix = `:${port}`;
  return endpoint.endsWith(suffix)
    ? endpoint.substring(0, endpoint.length - suffix.length).replace(/^\[|\]$/g, '')
    : endpoint;
}

function proofLines({ finding, connections }: FindingView): Line[] {
  const { kind, changed, before, after } = finding.proof;
  if (kind !== 'probe' || changed === undefined) return [];
  const total = connections === undefined ? '' : ` (${connections} connections)`;
  return [['  proof: ', `${changed}: ${after} instead of ${before}${total}`]];
}

function evidenceLines(evidence: Evidence, severity: Severity): Line[] {
  if (evidence.kind === 'bytes') return bytesLines(evidence, severity);
  return evidence.kind === 'text' ? textLines(evidence, severity) : tableLines(evidence);
}

function bytesLines({ bytes, start, mark, reads, caption }: BytesEvidence, severity: Severity): Line[] {
  const shown = bytes.subarray(0, SHOWN_BYTES);
  const more = bytes.length > shown.length || mark.end > start + shown.length ? ' …' : '';
  const from = Math.min(Math.max(mark.start - start, 0), Math.max(shown.length - 1, 0));
  const to = Math.max(Math.min(mark.end - start, shown.length), from + 1);
  return [
    [styled('dim', '   | '), `${toHex(shown, ' ')}${more}   ${reads}`],
    underline(3 * from, 3 * (to - from) - 1, caption, severity),
  ];
}

function textLines({ text, mark, caption }: TextEvidence, severity: Severity): Line[] {
  const line: Line = [styled('dim', '   | '), text];
  if (mark === undefined) return [line];
  // What is written as \u{..} takes more columns than it has characters.
  const columns = (end: number) => [...safeText(text.substring(0, end))].length;
  const [from, to] = [columns(mark.start), columns(mark.end)];
  return [line, underline(from, Math.max(to - from, 1), caption ?? '', severity)];
}

function tableLines({ rows }: TableEvidence): Line[] {
  const width = (values: readonly string[]) => Math.max(...values.map((value) => [...safeText(value)].length));
  const labels = width(rows.map(({ label }) => label)) + 2;
  const values = Math.max(width(rows.map(({ value }) => value)) + 2, VALUE_WIDTH);
  const padded = (text: string, to: number) => text + ' '.repeat(Math.max(to - [...safeText(text)].length, 0));
  return rows.map(({ label, value, source }) => [
    styled('dim', '   | '),
    padded(label, labels),
    padded(value, values),
    styled('dim', source),
  ]);
}

function underline(from: number, length: number, caption: string, severity: Severity): Line {
  return [
    styled('dim', '   | '),
    ' '.repeat(from),
    styled(SEVERITY_STYLE[severity], `${'^'.repeat(length)} ${caption}`),
  ];
}
