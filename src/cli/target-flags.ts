import { InputError } from '../diagnose/index.ts';
import type { CheckOptions } from '../node/probe/index.ts';
import type { Io } from './io.ts';
import { OutputFile } from './output-file.ts';
import { readText } from './targets.ts';
import { parseExpiry, parseTime, parseTimeout } from './values.ts';

/** The flags of every command that connects to a target, as commander reads them. */
export interface TargetFlags {
  readonly sni?: string;
  readonly connect?: string;
  readonly 4?: boolean;
  readonly 6?: boolean;
  readonly resolver?: string;
  readonly ca?: string;
  readonly timeout: string;
  readonly offline?: boolean;
  readonly at?: string;
  readonly expiry: string;
  readonly save?: string;
}

/** What they ask for. @throws InputError */
export function targetOptions(flags: TargetFlags, { env }: Io): CheckOptions {
  const { sni, connect, resolver, at, offline } = flags;
  const caFile = flags.ca ?? nonEmpty(env.SSL_CERT_FILE);
  if (flags[4] === true && flags[6] === true) throw new InputError('-4 and -6 exclude each other');
  return {
    timeout: parseTimeout(flags.timeout),
    expiry: parseExpiry(flags.expiry),
    ...(sni === undefined ? {} : { sni }),
    ...(connect === undefined ? {} : { connect }),
    ...(resolver === undefined ? {} : { resolver }),
    ...(flags[4] === true ? { families: [4] } : flags[6] === true ? { families: [6] } : {}),
    ...(caFile === undefined ? {} : { ca: readText(caFile), caFile }),
    ...(offline === undefined ? {} : { offline }),
    ...(at === undefined ? {} : { at: parseTime(at, Date.now()) }),
  };
}

/** The file of `--save`. @throws InputError */
export function saveFile({ save }: Pick<TargetFlags, 'save'>): OutputFile | undefined {
  // Standard output has the results; two documents in one would be none.
  if (save === '-') throw new InputError('--save -: name a file: standard output has the results');
  return save === undefined ? undefined : new OutputFile(save);
}

/** A variable of the environment that says something. */
export function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
