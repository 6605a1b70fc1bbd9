import type { FoundFinding } from '../../src/cli/commands/demo-verdict.ts';
import { runProgram } from '../../src/cli/program.ts';
import { parseDocument } from '../cli/command.ts';

/** What a command line printed, and ended with. */
export interface Outcome {
  readonly code: number;
  readonly document: {
    readonly results?: readonly {
      readonly status: string;
      readonly connections?: number;
      readonly findings?: readonly (FoundFinding & {
        readonly fix: { readonly text: string };
        readonly reproduce: readonly string[];
      })[];
    }[];
  };
}

/** Runs a command line with `--json` in this process; what it prints is held against the published schema. */
export async function runInProcess(argv: readonly string[]): Promise<Outcome> {
  let text = '';
  const code = await runProgram(argv, {
    env: {},
    stdout: {},
    stderr: { write: () => true },
    print: (more) => {
      text += more;
    },
    onInterrupt: () => undefined,
  });
  return { code, document: parseDocument(text) as object as Outcome['document'] };
}
