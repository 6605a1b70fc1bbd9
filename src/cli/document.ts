/** The JSON documents of standard output: always one, always valid, whatever happens. */
import type { Json } from '../diagnose/index.ts';

/** The schema's name, as diagnose has it: repeated here so that an error needs no engine. */
const SCHEMA = 'hellofin/1';

/** Results of several targets as the text of a document. */
export function resultsDocument(tool: string, results: readonly Json[], exitCode: number): string {
  return text({ schema: SCHEMA, tool, exitCode, results });
}

/** A failure before there were results. `code` is `USAGE`, `BUG` or `INTERRUPTED`. */
export function errorDocument(code: 'USAGE' | 'BUG' | 'INTERRUPTED', message: string): string {
  return text({ schema: SCHEMA, error: { code, message } });
}

function text(document: Json): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
