import {
  type FindingCode,
  headline,
  type Json,
  messageLines,
  type Report,
  reportLines,
  type Severity,
} from '../diagnose/index.ts';
import { type Line, styled } from '../explain/index.ts';
import { packageVersion } from '../node/probe/version.ts';
import { errorDocument, type FailureCode, jsonDocument } from './document.ts';
import type { ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { OutputFile } from './output-file.ts';
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
  /** Prints the one JSON document, with these members. */
  document(members: Readonly<Record<string, Json>>, exitCode: ExitCode): void;
  /** Prints the document of a command that has no results. */
  failure(code: FailureCode, message: string): void;
  /** Prints screens; `summary` is a last line where there are several. */
  reports(reports: readonly Report[], summary?: string): void;
  /** Prints lines. */
  lines(lines: readonly Line[]): void;
  /** Prints text as it is. */
  text(text: string): void;
}

/** Reads the flags and opens the file to print into. @throws InputError */
export function outputOf(flags: OutputFlags, io: Io): Output {
  const isJson = flags.json === true || flags.format === 'json';
  const { verbose, quiet = false, plain = false } = flags;
  const failOn = parseSeverity(flags.failOn);
  const ignore = flags.ignore.reduce<FindingCode[]>((before, text) => collectCodes(text, before), []);
  const file = flags.output === undefined || flags.output === '-' ? undefined : new OutputFile(flags.output);
  const text = (added: string) => (file === undefined ? io.print(added) : file.write(added));
  const isTTY = file === undefined && io.stdout.isTTY === true;
  const color = !plain && wantsColor(flags.color, { isTTY, env: io.env });
  const lines = (list: readonly Line[]) => text(paint(list, { color, plain }));
  return {
    isJson,
    failOn,
    ignore,
    document: (members, exitCode) => text(jsonDocument({ tool: `hellofin ${packageVersion()}`, exitCode, ...members })),
    failure: (code, message) => text(errorDocument(code, message)),
    reports(reports, summary) {
      const screens = quiet ? quietLines(reports) : reports.flatMap((one, at) => screen(one, verbose, at > 0));
      lines(summary === undefined || quiet ? screens : [...screens, [], [styled('strong', summary)]]);
    },
    lines,
    text,
  };
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
