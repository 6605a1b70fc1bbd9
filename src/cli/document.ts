/** The JSON documents of standard output: always one, always valid, whatever happens. docs/schema has their form. */

/** The schema's name, as diagnose has it: repeated here so that an error needs no engine. */
const SCHEMA = 'hellofin/1';

/** How a command failed before it had results. */
export type FailureCode = 'USAGE' | 'BUG' | 'INTERRUPTED';

/** A document with these members, as text. */
export function jsonDocument(members: object): string {
  return `${JSON.stringify({ schema: SCHEMA, ...members }, null, 2)}\n`;
}

/** A failure before there were results. */
export function errorDocument(code: FailureCode, message: string): string {
  return jsonDocument({ error: { code, message } });
}

/** Whether the command line asks for JSON, before anything has parsed it. */
export function wantsJson(argv: readonly string[]): boolean {
  return argv.includes('--json') || argv.join(' ').includes('--format json') || argv.includes('--format=json');
}
