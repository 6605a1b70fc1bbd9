import { writeSync } from 'node:fs';
import { exitCodeOf, InputError, type Json, type Report, reportToJson, type Severity } from '../../diagnose/index.ts';
import { safeText } from '../../explain/index.ts';
import { type CheckOptions, check, packageVersion } from '../../node/probe/index.ts';
import { errorDocument } from '../document.ts';
import { EXIT, type ExitCode, worstOf } from '../exit.ts';
import { gate } from '../gate.ts';
import type { Io } from '../io.ts';
import { type OutputFlags, openToAppend, outputOf, writeFile } from '../output.ts';
import { progressLine } from '../progress.ts';
import { runsDocument } from '../save.ts';
import { expandTargets, readText } from '../targets.ts';
import { parseAlpn, parseConnections, parseExpiry, parseTime, parseTimeout } from '../values.ts';

/** The flags of `check`, as commander reads them. */
export interface CheckFlags extends OutputFlags {
  readonly sni?: string;
  readonly connect?: string;
  readonly 4?: boolean;
  readonly 6?: boolean;
  readonly resolver?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly alpn?: string;
  readonly timeout: string;
  readonly maxConnections: string;
  readonly http: boolean;
  readonly at?: string;
  readonly expiry: string;
  readonly keylog?: string;
  readonly save?: string;
}

/** Targets that are checked at the same time. */
const AT_ONCE = 4;

/** What came of one target. */
type Outcome =
  | { readonly target: string; readonly report: Report }
  | { readonly target: string; readonly error: Error; readonly code: ExitCode };

/** `hellofin check`. Throws InputError for what is wrong with the command line as a whole. */
export async function checkCommand(args: readonly string[], flags: CheckFlags, io: Io): Promise<ExitCode> {
  const output = outputOf(flags, io);
  const targets = expandTargets(args);
  const progress = progressLine(io.stderr, io.env.TERM);
  const options = optionsOf(flags, io);
  io.onInterrupt(() => {
    progress.clear();
    if (output.isJson) io.print(errorDocument('INTERRUPTED', 'interrupted'));
  });

  const lookAt = async (target: string): Promise<Outcome> => {
    try {
      const told = { ...options, progress: (doing: string) => progress.show(`${target}: ${doing}`) };
      return { target, report: await check(target, { ...told, ignore: output.ignore }) };
    } catch (error) {
      return { target, error: error as Error, code: error instanceof InputError ? EXIT.usage : EXIT.bug };
    }
  };
  const pass = gate(AT_ONCE);
  const outcomes = await Promise.all(targets.map((target) => pass(() => lookAt(target))));
  progress.clear();

  const reports = outcomes.flatMap((one) => ('report' in one ? [one.report] : []));
  if (flags.save !== undefined) {
    const runs = reports.map((one) => one.facts.run);
    writeFile(flags.save, runsDocument(`hellofin ${packageVersion()}`, runs));
  }
  const exitCode = worstOf(outcomes.map((one) => codeOf(one, output.failOn)));
  for (const one of outcomes) if ('error' in one) io.stderr.write(complaintOf(one));
  if (output.isJson) output.document('results', outcomes.map(toJson), exitCode);
  else output.reports(reports);
  return exitCode;
}

function optionsOf(flags: CheckFlags, io: Io): CheckOptions {
  const { sni, connect, resolver, cert, key, alpn, at } = flags;
  const caFile = flags.ca ?? nonEmpty(io.env.SSL_CERT_FILE);
  const keylog = flags.keylog ?? nonEmpty(io.env.SSLKEYLOGFILE);
  if (flags[4] === true && flags[6] === true) throw new InputError('-4 and -6 exclude each other');
  return {
    timeout: parseTimeout(flags.timeout),
    maxConnections: parseConnections(flags.maxConnections),
    expiry: parseExpiry(flags.expiry),
    http: flags.http,
    ...(sni === undefined ? {} : { sni }),
    ...(connect === undefined ? {} : { connect }),
    ...(resolver === undefined ? {} : { resolver }),
    ...(flags[4] === true ? { families: [4] } : flags[6] === true ? { families: [6] } : {}),
    ...(caFile === undefined ? {} : { ca: readText(caFile), caFile }),
    ...(cert === undefined ? {} : { cert: certificateText(cert, key) }),
    ...(key === undefined ? {} : { key: readText(key) }),
    ...(alpn === undefined ? {} : { alpn: parseAlpn(alpn) }),
    ...(at === undefined ? {} : { at: parseTime(at, Date.now()) }),
    ...(keylog === undefined ? {} : { keyLog: keyLogTo(keylog) }),
  };
}

/** @throws InputError when the private key is nowhere */
function certificateText(path: string, key: string | undefined): string {
  const text = readText(path);
  if (key !== undefined || text.includes('PRIVATE KEY-----')) return text;
  throw new InputError(`${path}: no private key in it; name its file with --key`);
}

/** Appends to a file that nobody else can read. @throws InputError */
function keyLogTo(path: string): (line: Buffer) => void {
  const file = openToAppend(path);
  return (line) => writeSync(file, line);
}

function codeOf(outcome: Outcome, failOn: Severity): ExitCode {
  return 'report' in outcome ? exitCodeOf(outcome.report, failOn) : outcome.code;
}

function complaintOf({ target, error, code }: Extract<Outcome, { error: Error }>): string {
  if (code === EXIT.usage) return `hellofin: ${safeText(error.message)}\n`;
  return `hellofin: a bug in hellofin, please report it: ${target}: ${error.stack}\n`;
}

function toJson(outcome: Outcome): Json {
  if ('report' in outcome) return reportToJson(outcome.report);
  const { target, error, code } = outcome;
  const status = code === EXIT.usage ? 'usage' : 'bug';
  // What stands before an @ may be a password.
  const text = target.replace(/[^/]*@/, '…@');
  return { target: { text }, status, summary: error.message };
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
