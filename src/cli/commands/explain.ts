import { existsSync } from 'node:fs';
import { CAUSES, type Cause, causeOf, exitCodeOf, judge, reportToJson } from '../../diagnose/index.ts';
import { type Line, styled } from '../../explain/index.ts';
import { EXIT, type ExitCode, worstOf } from '../exit.ts';
import type { Io } from '../io.ts';
import { type Output, type OutputFlags, outputOf } from '../output.ts';
import { parseRuns } from '../run-file.ts';
import { readText } from '../targets.ts';

/** The flags of `explain`. */
export type ExplainFlags = OutputFlags;

/** `hellofin explain`: a saved run again, what a code means, or which findings other clients print a text for. */
export function explainCommand(what: string, flags: ExplainFlags, io: Io): ExitCode {
  const output = outputOf(flags, io);
  if (existsSync(what)) return explainRuns(what, output);
  const cause = causeOf(what);
  const causes = cause === undefined ? causesOfText(what) : [cause];
  if (causes.length === 0) {
    io.stderr.write(`hellofin: no file, no code of a finding and no text known: ${JSON.stringify(what)}\n`);
    if (output.isJson) output.document('causes', [], EXIT.finding);
    return EXIT.finding;
  }
  if (output.isJson) output.document('causes', causes.map(causeToJson), EXIT.ok);
  else output.lines(causes.flatMap((one, index) => [...(index > 0 ? [[]] : []), ...causeLines(one)]));
  return EXIT.ok;
}

function explainRuns(path: string, output: Output): ExitCode {
  const reports = parseRuns(readText(path), path).map((run) => judge(run, output.ignore));
  const exitCode = worstOf(reports.map((report) => exitCodeOf(report, output.failOn)));
  if (output.isJson) output.document('results', reports.map(reportToJson), exitCode);
  else output.reports(reports);
  return exitCode;
}

/** Findings that another client prints something for that stands in the text. */
function causesOfText(text: string): Cause[] {
  const pasted = text.toLowerCase();
  return CAUSES.filter(({ alsoKnownAs }) => alsoKnownAs.some((one) => pasted.includes(one.text.toLowerCase())));
}

function causeLines({ code, severity, title, meaning, provedBy, remedy, alsoKnownAs }: Cause): Line[] {
  return [
    [styled(severity === 'error' ? 'bad' : 'warn', `${severity}[${code}]`), styled('strong', `: ${title}`)],
    ['  means:     ', meaning.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')],
    ['  proved by: ', provedBy],
    [styled('good', '  fix:       '), remedy],
    ...alsoKnownAs.map(({ client, text }): Line => [styled('dim', `  ${client}: `), text]),
  ];
}

function causeToJson({ code, severity, step, title, meaning, provedBy, remedy, alsoKnownAs }: Cause) {
  return {
    ...{ code, severity, step, title, meaning, provedBy, remedy },
    alsoKnownAs: alsoKnownAs.map(({ client, text }) => ({ client, text })),
  };
}
