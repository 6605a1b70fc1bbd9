import { type Run, runToJson, SCHEMA } from '../diagnose/index.ts';

/** Runs as the text of a file of `--save`. Reading one is in run-file.ts, which loads what validates it. */
export function runsDocument(tool: string, runs: readonly Run[]): string {
  return `${JSON.stringify({ schema: SCHEMA, tool, runs: runs.map(runToJson) })}\n`;
}
