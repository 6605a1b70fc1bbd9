import { writeSync } from 'node:fs';
import { exitCodeOf, InputError, type Json, type Report, reportToJson, type Severity } from '../../diagnose/index.ts';
import { safeText } from '../../explain/index.ts';
import { type CheckOptions, check, packageVersion } from '../../node/probe/index.ts';
import { EXIT, type ExitCode, worstOf } from '../exit.ts';
import { gate } from '../gate.ts';
import type { Io } from '../io.ts';
import { type Output, type OutputFlags, outputOf } from '../output.ts';
import { openToAppend } from '../output-file.ts';
import { progressLine } from '../progress.ts';
import { runsDocument } from '../save.ts';
import { nonEmpty, saveFile, type TargetFlags, targetOptions } from '../target-flags.ts';
import { expandTargets, readText } from '../targets.ts';
import { parseAlpn, parseConnections } from '../values.ts';

/** The flags of `check`, as commander reads them. */
export interface CheckFlags extends OutputFlags, TargetFlags {
  readonly cert?: string;
  readonly key?: string;
  readonly alpn?: string;
  readonly tls?: '1.2' | '1.3';
  readonly maxConnections?: string;
  readonly versions?: boolean;
  readonly http: boolean;
  readonly resumption: boolean;
  readonly earlyData?: boolean;
  readonly keylog?: string;
}

/** Targets that are checked at the same time. */
const AT_ONCE = 4;

/** What came of one target. */
type Outcome =
  | { readonly target: string; readonly report: Report }
  | { readonly target: string; readonly error: Error; readonly code: ExitCode }
  /** Interrupted before there was anything. */
  | { readonly target: string };

/** `hellofin check`. Throws InputError for what is wrong with the command line as a whole. */
export async function checkCommand(args: readonly string[], flags: CheckFlags, io: Io): Promise<ExitCode> {
  const targets = expandTargets(args);
  const options = optionsOf(flags, io);
  const output = outputOf(flags, io);
  const save = saveFile(flags);
  const progress = progressLine(io.stderr, io.env.TERM);
  const outcomes: Outcome[] = targets.map((target) => ({ target }));
  const tell = (exitCode: ExitCode) => {
    progress.clear();
    const reports = outcomes.flatMap((one) => ('report' in one ? [one.report] : []));
    for (const one of outcomes) if ('error' in one) io.stderr.write(complaintOf(one));
    if (output.isJson) output.document({ results: outcomes.map(toJson) }, exitCode);
    else output.reports(reports, outcomes.length > 1 ? summaryOf(outcomes) : undefined);
    save?.write(
      runsDocument(
        `hellofin ${packageVersion()}`,
        reports.map((one) => one.facts.run),
      ),
    );
  };
  io.onInterrupt(() => interrupted(outcomes, output, tell));

  const lookAt = async (target: string): Promise<Outcome> => {
    try {
      const told = { ...options, progress: (doing: string) => progress.show(`${target}: ${doing}`) };
      return { target, report: await check(target, { ...told, ignore: output.ignore }) };
    } catch (error) {
      return { target, error: error as Error, code: error instanceof InputError ? EXIT.usage : EXIT.bug };
    }
  };
  const pass = gate(AT_ONCE);
  await Promise.all(
    targets.map((target, index) =>
      pass(async () => {
        outcomes[index] = await lookAt(target);
      }),
    ),
  );
  const exitCode = worstOf(outcomes.map((one) => codeOf(one, output.failOn)));
  tell(exitCode);
  return exitCode;
}

/** What is done already is told; the rest counts as interrupted. */
function interrupted(outcomes: readonly Outcome[], output: Output, tell: (exitCode: ExitCode) => void): void {
  if (outcomes.some((one) => 'report' in one || 'error' in one)) tell(EXIT.interrupted);
  else if (output.isJson) output.failure('INTERRUPTED', 'interrupted');
}

function optionsOf(flags: CheckFlags, io: Io): CheckOptions {
  const { cert, key, alpn } = flags;
  const keylog = flags.keylog ?? nonEmpty(io.env.SSLKEYLOGFILE);
  return {
    ...targetOptions(flags, io),
    ...(flags.maxConnections === undefined ? {} : { maxConnections: parseConnections(flags.maxConnections) }),
    ...(flags.versions === true ? { versions: true } : {}),
    http: flags.http,
    resumption: flags.resumption,
    ...(flags.earlyData === true ? { earlyData: true } : {}),
    ...(cert === undefined ? {} : { cert: certificateText(cert, key) }),
    ...(key === undefined ? {} : { key: keyText(key, cert) }),
    ...(alpn === undefined ? {} : { alpn: parseAlpn(alpn) }),
    ...(flags.tls === undefined ? {} : { tls: flags.tls }),
    ...(keylog === undefined ? {} : { keyLog: keyLogTo(keylog) }),
  };
}

/** @throws InputError when the private key is nowhere */
function certificateText(path: string, key: string | undefined): string {
  const text = readText(path);
  if (key !== undefined || text.includes('PRIVATE KEY-----')) return text;
  throw new InputError(`${path}: no private key in it; name its file with --key`);
}

/** @throws InputError when there is none in it; that its certificate is not named is the graver mistake */
function keyText(path: string, cert: string | undefined): string {
  const text = readText(path);
  if (cert === undefined || text.includes('PRIVATE KEY-----')) return text;
  throw new InputError(`${path}: no private key in it`);
}

/** Appends to a file that nobody else can read. @throws InputError */
function keyLogTo(path: string): (line: Buffer) => void {
  const file = openToAppend(path);
  return (line) => writeSync(file, line);
}

function codeOf(outcome: Outcome, failOn: Severity): ExitCode {
  if ('report' in outcome) return exitCodeOf(outcome.report, failOn);
  return 'code' in outcome ? outcome.code : EXIT.interrupted;
}

/** `3 targets: 2 healthy, 1 with findings`. */
function summaryOf(outcomes: readonly Outcome[]): string {
  const counts = new Map<string, number>();
  for (const one of outcomes) {
    const kind = 'report' in one ? KINDS[one.report.status] : 'code' in one ? 'not checked' : 'interrupted';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const parts = [...Object.values(KINDS), 'not checked', 'interrupted'].flatMap((kind) => {
    const number = counts.get(kind);
    return number === undefined ? [] : [`${number} ${kind}`];
  });
  return `${outcomes.length} targets: ${parts.join(', ')}`;
}

const KINDS: Readonly<Record<Report['status'], string>> = {
  healthy: 'healthy',
  findings: 'with findings',
  not_measured: 'not measured',
};

function complaintOf({ target, error, code }: Extract<Outcome, { error: Error }>): string {
  if (code === EXIT.usage) return `hellofin: ${safeText(error.message)}\n`;
  return `hellofin: a bug in hellofin, please report it: ${target}: ${error.stack}\n`;
}

function toJson(outcome: Outcome): Json {
  if ('report' in outcome) return reportToJson(outcome.report);
  // What stands before an @ may be a password.
  const target = { text: outcome.target.replace(/[^/]*@/, '…@') };
  if (!('error' in outcome)) return { target, status: 'interrupted', summary: 'interrupted' };
  return { target, status: outcome.code === EXIT.usage ? 'usage' : 'bug', summary: outcome.error.message };
}
