import { existsSync } from 'node:fs';
import {
  CAUSES,
  type Cause,
  causeOf,
  causesOfAlert,
  exitCodeOf,
  type Json,
  judge,
  reportToJson,
} from '../../diagnose/index.ts';
import {
  alertsInText,
  type KnownAlert,
  type Line,
  type Style,
  safeText,
  styled,
  versionsNamed,
  wrapped,
} from '../../explain/index.ts';
import { EXIT, type ExitCode, worstOf } from '../exit.ts';
import type { Io } from '../io.ts';
import { type Output, type OutputFlags, outputOf } from '../output.ts';
import { parseRuns } from '../run-file.ts';
import { readText } from '../targets.ts';

/** The flags of `explain`. */
export type ExplainFlags = OutputFlags;

/** `hellofin explain`: a saved run again, what a code or an alert means, or which findings other clients print a text for. */
export async function explainCommand(what: string, flags: ExplainFlags, io: Io): Promise<ExitCode> {
  const output = outputOf(flags, io);
  if (existsSync(what)) return explainRuns(what, output);
  const versions = versionsNamed(what);
  // The lab and the sockets are not loaded for a text.
  if (versions !== undefined) {
    const { explainVersions } = await import('./explain-versions.ts');
    return explainVersions(versions, flags.verbose, output, io);
  }
  const cause = causeOf(what.trim());
  const alerts = cause === undefined ? alertsInText(what) : [];
  const causes = cause === undefined ? causesOfText(what) : [cause];
  if (causes.length === 0 && alerts.length === 0) {
    io.stderr.write(`hellofin: no file, no code of a finding, no alert and no text known: ${safeText(what)}\n`);
    if (output.isJson) output.document({ causes: [], alerts: [] }, EXIT.finding);
    return EXIT.finding;
  }
  // What an alert may stem from is told with it.
  const related = alerts.flatMap(({ name }) => Object.values(causesOfAlert(name)).flat());
  const others = causes.filter((one) => !related.includes(one));
  if (output.isJson) {
    const all = [...new Set([...causes, ...related])];
    output.document({ causes: all.map(causeToJson), alerts: alerts.map(alertToJson) }, EXIT.ok);
  } else {
    const blocks = [...alerts.map(alertLines), ...others.map(causeLines)];
    output.lines(blocks.flatMap((lines, index) => [...(index > 0 ? [[]] : []), ...lines]));
  }
  return EXIT.ok;
}

function explainRuns(path: string, output: Output): ExitCode {
  const reports = parseRuns(readText(path), path).map((run) => judge(run, output.ignore));
  const exitCode = worstOf(reports.map((report) => exitCodeOf(report, output.failOn)));
  if (output.isJson) output.document({ results: reports.map(reportToJson) }, exitCode);
  else output.reports(reports);
  return exitCode;
}

/** Findings that another client prints something for that stands in the text. */
function causesOfText(text: string): Cause[] {
  const pasted = text.toLowerCase();
  return CAUSES.filter(({ alsoKnownAs }) => alsoKnownAs.some((one) => pasted.includes(one.text.toLowerCase())));
}

/** Columns of a text behind its label. */
const TEXT_WIDTH = 66;

/** A label and what is to be said under it. */
function labelled(label: string, text: string, style: Style = 'dim'): Line[] {
  return wrapped(text, TEXT_WIDTH).map((part, index) => [
    styled(style, `  ${(index === 0 ? label : '').padEnd(11)}`),
    part,
  ]);
}

function causeLines({ code, severity, title, meaning, provedBy, remedy, alsoKnownAs }: Cause): Line[] {
  return [
    [styled(severity === 'error' ? 'bad' : 'warn', `${severity}[${code}]`), styled('strong', `: ${title}`)],
    ...labelled('means:', withoutLinks(meaning)),
    ...labelled('proved by:', provedBy),
    ...labelled('fix:', remedy, 'good'),
    ...alsoKnownAs.map(({ client, text }): Line => [styled('dim', `  ${client}: `), text]),
  ];
}

function alertLines({ name, code, meaning, sender, spec, alsoKnownAs }: KnownAlert): Line[] {
  const { inClient, inServer } = causesOfAlert(name);
  return [
    [styled('accent', `alert ${code}`), styled('strong', `: ${name}`)],
    ...labelled('means:', meaning),
    ...labelled('sent by:', sender),
    ...labelled('defined:', spec),
    ...alsoKnownAs.map(({ client, text }): Line => [styled('dim', `  ${client}: `), text]),
    ...candidateLines('in what a client prints, it may stem from, told apart by', inClient),
    ...candidateLines("in a server's log, its client may have refused, told apart by", inServer),
    ...(inClient.length === 0 ? [] : labelled('fix:', 'hellofin HOST names which of them it is', 'good')),
  ];
}

function candidateLines(title: string, causes: readonly Cause[]): Line[] {
  if (causes.length === 0) return [];
  return [
    [`  ${title}:`],
    ...causes.flatMap(({ code, title: fault, provedBy }): Line[] => [
      ['    ', styled('strong', code), `: ${fault}`],
      ...wrapped(withoutLinks(provedBy), TEXT_WIDTH).map((part): Line => [styled('dim', `      ${part}`)]),
    ]),
  ];
}

/** Text of a page, where links are. */
function withoutLinks(text: string): string {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}

function alertToJson({ name, code, meaning, sender, spec, alsoKnownAs }: KnownAlert): Json {
  const { inClient, inServer } = causesOfAlert(name);
  return {
    ...{ name, code, meaning, sender, spec },
    alsoKnownAs: alsoKnownAs.map(({ client, text }) => ({ client, text })),
    inClient: inClient.map((cause) => cause.code),
    inServer: inServer.map((cause) => cause.code),
  };
}

function causeToJson({ code, severity, step, title, meaning, provedBy, remedy, alsoKnownAs }: Cause): Json {
  return {
    ...{ code, severity, step, title, meaning, provedBy, remedy },
    alsoKnownAs: alsoKnownAs.map(({ client, text }) => ({ client, text })),
  };
}
