import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type RunOptions, type RunResult, run } from '../support/peers.ts';

const root = join(import.meta.dirname, '../..');

/** The built command's file. */
export const command = join(root, 'bin/hellofin.js');

/** What the surroundings of a test might say of colours, roots and secrets, unsaid. */
export const surroundings = { NO_COLOR: '1', TERM: 'xterm', SSL_CERT_FILE: '', SSLKEYLOGFILE: '' };

/** How to run the command. */
export interface CommandOptions extends RunOptions {
  /** Arguments of node itself. */
  readonly node?: readonly string[];
}

/** Runs the built command as a child process. */
export function hellofin(
  args: readonly string[],
  { node = [], env, ...rest }: CommandOptions = {},
): Promise<RunResult> {
  return run(process.execPath, [...node, command, ...args], { ...rest, env: { ...surroundings, ...env } });
}

let validate: ValidateFunction | undefined;

/** Parses what the command printed and holds it against the published schema. Throws for anything that does not fit. */
export function parseDocument(text: string): Document {
  const document: unknown = JSON.parse(text);
  validate ??= new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
    JSON.parse(readFileSync(join(root, 'docs/schema/hellofin-1.json'), 'utf8')),
  );
  if (!validate(document)) throw new Error(JSON.stringify(validate.errors, null, 2));
  return document as Document;
}

/** The members of a document that tests look at. */
export interface Document {
  readonly exitCode?: number;
  readonly error?: { readonly code: string; readonly message: string };
  readonly results?: readonly {
    readonly status: string;
    readonly summary: string;
    readonly connections?: number;
    readonly findings?: readonly { readonly code: string; readonly reproduce?: readonly string[] }[];
  }[];
  readonly causes?: readonly { readonly code: string }[];
}
