import { openSync, writeFileSync } from 'node:fs';
import {
  type FindingCode,
  headline,
  InputError,
  type Json,
  messageLines,
  type Report,
  reportLines,
  type Severity,
} from '../diagnose/index.ts';
import type { Line } from '../explain/index.ts';
import { packageVersion } from '../node/probe/version.ts';
import { jsonDocument } from './document.ts';
import type { ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { type ColorMode, paint, wantsColor } from './terminal.ts';
import { collectCodes, parseSeverity } from './values.ts';

/** The flags of every command that shows reports, as commander reads them. */
export interface OutputFlags {
  readonly format: 'text' | 'json';
  readonly json?: boolean;
  readonly output?: string;
  readonly quiet?: boolean;
  readonly verbose: number;
  readonly failOn: string;
  readonly ignore: readonly string[];
  readonly color: ColorMode;
  readonly plain?: boolean;
}

/** Where results go, and how. */
export interface Output {
  readonly isJson: boolean;
  readonly failOn: Severity;
  readonly ignore: readonly FindingCode[];
  /** Prints the one JSON document: a list of results under its name. */
  document(name: 'results' | 'causes', list: readonly Json[], exitCode: ExitCode): void;
  /** Prints screens. */
  reports(reports: readonly Report[]): void;
  /** Prints lines. */
  lines(lines: readonly Line[]): void;
}

/** Reads the flags. @throws InputError */
export function outputOf(flags: OutputFlags, io: Io): Output {
  const isJson = flags.json === true || flags.format === 'json';
  const { output: file, verbose, quiet = false, plain = false } = flags;
  const write = (text: string) => (file === undefined ? io.print(text) : writeFile(file, text));
  const isTTY = file === undefined && io.stdout.isTTY === true;
  const color = !plain && wantsColor(flags.color, { isTTY, env: io.env });
  const lines = (list: readonly Line[]) => write(paint(list, { color, plain }));
  return {
    isJson,
    failOn: parseSeverity(flags.failOn),
    ignore: flags.ignore.reduce<FindingCode[]>((before, text) => collectCodes(text, before), []),
    document: (name, list, exitCode) =>
      write(jsonDocument({ tool: `hellofin ${packageVersion()}`, exitCode, [name]: list })),
    reports: (reports) =>
      lines(quiet ? quietLines(reports) : reports.flatMap((one, at) => screen(one, verbose, at > 0))),
    lines,
  };
}

/** Writes a file that the user named. @throws InputError */
export function writeFile(path: string, text: string): void {
  named(path, () => writeFileSync(path, text));
}

/** Opens a file that the user named, for secrets: readable for the user alone. @throws InputError */
export function openToAppend(path: string): number {
  return named(path, () => openSync(path, 'a', 0o600));
}

function named<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new InputError(`cannot write ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
}

function screen(report: Report, verbose: number, isNext: boolean): Line[] {
  return [
    ...(isNext ? [[]] : []),
    ...reportLines(report, { verbose: verbose > 0 }),
    ...(verbose > 0 ? messageLines(report.facts.run, { fields: verbose > 1 }) : []),
  ];
}

function quietLines(reports: readonly Report[]): Line[] {
  return reports.filter(({ status }) => status !== 'healthy').map(headline);
}
