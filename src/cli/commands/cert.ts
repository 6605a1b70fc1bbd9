import { existsSync } from 'node:fs';
import {
  chainLines,
  exitCodeOf,
  InputError,
  type Json,
  quote,
  type Report,
  reportLines,
  reportToJson,
  type ServedChain,
} from '../../diagnose/index.ts';
import { safeText } from '../../explain/index.ts';
import { chainsOf, check, packageVersion } from '../../node/probe/index.ts';
import { certificatesToPem } from '../../x509/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { type Output, type OutputFlags, outputOf } from '../output.ts';
import { progressLine } from '../progress.ts';
import { runsDocument } from '../save.ts';
import { saveFile, type TargetFlags, targetOptions } from '../target-flags.ts';

/** The flags of `cert`, as commander reads them. */
export interface CertFlags extends OutputFlags, TargetFlags {
  readonly pem?: boolean;
  readonly fullChain?: boolean;
}

/** `hellofin cert`: the chain as it is served, judged as `check` judges it, or as PEM. */
export async function certCommand(target: string, flags: CertFlags, io: Io): Promise<ExitCode> {
  const isPem = flags.pem === true || flags.fullChain === true;
  const isJson = flags.json === true || flags.format === 'json';
  if (flags.pem === true && flags.fullChain === true) throw new InputError('--pem and --full-chain exclude each other');
  if (isPem && isJson) throw new InputError('PEM and JSON exclude each other');
  if (isFile(target)) {
    const command = `openssl x509 -noout -text -in ${quote(target)}`;
    throw new InputError(`${target} is a file: cert looks at what a host serves. It is shown by: ${command}`);
  }
  const options = targetOptions(flags, io);
  const output = outputOf(flags, io);
  const save = saveFile(flags);
  const progress = progressLine(io.stderr, io.env.TERM);
  io.onInterrupt(() => {
    progress.clear();
    if (output.isJson) output.failure('INTERRUPTED', 'interrupted');
  });
  const told = { ...options, progress: (doing: string) => progress.show(`${target}: ${doing}`) };
  const report = await check(target, { ...told, http: false, resumption: false, ignore: output.ignore }).finally(
    progress.clear,
  );
  save?.write(runsDocument(`hellofin ${packageVersion()}`, [report.facts.run]));
  const chains = chainsOf(report);
  const exitCode = exitCodeOf(report, output.failOn);
  if (isPem) return printPem(report, chains, { output, isFull: flags.fullChain === true, exitCode }, io);
  if (output.isJson) output.document({ results: [resultOf(report, chains)] }, exitCode);
  else if (flags.quiet === true) output.reports([report]);
  else {
    const [head = [], ...rest] = reportLines(report, { verbose: flags.verbose > 0, withoutSteps: true });
    output.lines([head, ...chainLines(chains, { clock: report.facts.run.clock, verbose: flags.verbose > 0 }), ...rest]);
  }
  return exitCode;
}

/** Whether the target is a file rather than a host: a host has no slash, and none of these endings. */
function isFile(target: string): boolean {
  return /^[^:]*\/|\.(?:pem|crt|cer|der|p7b|json)$/i.test(target) && existsSync(target);
}

interface PemOrder {
  readonly output: Output;
  /** The repaired chain rather than what was sent. */
  readonly isFull: boolean;
  readonly exitCode: ExitCode;
}

/** Nothing but PEM goes to standard output: what is to be said of it goes beside. */
function printPem(
  { status, summary }: Report,
  [chain, ...others]: readonly ServedChain[],
  { output, isFull, exitCode }: PemOrder,
  { stderr }: Io,
): ExitCode {
  const say = (text: string) => stderr.write(`hellofin: ${safeText(text)}\n`);
  if (status !== 'healthy') say(summary);
  const ders = isFull ? chain?.full : chain?.sent;
  if (chain === undefined || ders === undefined) {
    say(chain === undefined ? 'no certificate came' : 'no chain to a trusted root was found: nothing is printed');
    return exitCode === EXIT.ok ? EXIT.finding : exitCode;
  }
  for (const { endpoints } of others) {
    say(
      `${endpoints.join(', ')} sends another chain, which --connect chooses; this is that of ${chain.endpoints.join(', ')}`,
    );
  }
  output.text(certificatesToPem(ders));
  return exitCode;
}

function resultOf(report: Report, chains: readonly ServedChain[]): Json {
  const result = reportToJson(report) as { readonly [name: string]: Json };
  return { ...result, chains: chains.map(chainToJson) };
}

function chainToJson({ endpoints, certificates, sent, full }: ServedChain): Json {
  return {
    endpoints,
    sent: sent.length,
    complete: full !== undefined && full.length <= sent.length,
    certificates: certificates.map(({ depth, sent: place, url, trusted, sha256, fields, der }): Json => {
      const { notBefore, notAfter, ...texts } = fields ?? {};
      return {
        ...(depth === undefined ? {} : { depth }),
        ...(place === undefined ? {} : { sent: place }),
        ...(url === undefined ? {} : { url }),
        trusted,
        sha256,
        ...texts,
        ...(notBefore === undefined ? {} : { notBefore: new Date(notBefore).toISOString() }),
        ...(notAfter === undefined ? {} : { notAfter: new Date(notAfter).toISOString() }),
        pem: certificatesToPem([der]),
      };
    }),
  };
}
