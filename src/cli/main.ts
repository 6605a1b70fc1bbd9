/**
 * The command. It parses, calls and renders; everything else is in other rooms. `--version` loads nothing, `--help` no
 * engine.
 */
import { writeSync } from 'node:fs';
import { packageVersion } from '../node/probe/version.ts';
import { EXIT } from './exit.ts';
import { printFailure } from './failure.ts';
import type { Io } from './io.ts';

/** Runs the command line and ends the process. */
export async function main(argv: readonly string[]): Promise<void> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    writeAll(1, `${packageVersion()}\n`);
    return;
  }
  const interrupts: (() => unknown)[] = [];
  let isUnread = false;
  const io: Io = {
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    print: (text) => {
      isUnread = !writeAll(1, text) || isUnread;
    },
    isUnread: () => isUnread,
    onInterrupt: (listener) => interrupts.push(listener),
  };
  const interrupted = async () => {
    // Before a command listens itself nothing was printed: a document is due all the same.
    if (interrupts.length === 0) printFailure('INTERRUPTED', 'interrupted', argv, io);
    await Promise.allSettled(interrupts.map((listener) => listener()));
    process.exit(EXIT.interrupted);
  };
  // What was made on disk goes whoever ends it. SIGHUP stays as it is: nohup has it ignored.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
  const { fail, runProgram } = await import('./program.ts');
  // What no promise caught is a bug all the same, and told like one.
  process.once('uncaughtException', (error) => process.exit(fail(error, argv, io)));
  process.exit(await runProgram(argv, io));
}

/** Writes it all before it returns: the process may end right after. False where the reader went away, which is no failure. */
function writeAll(descriptor: number, text: string): boolean {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return false;
      // A pipe that is full for the moment.
      if (code === 'EAGAIN') continue;
      process.stderr.write(`hellofin: the output can not be written: ${code}\n`);
      process.exit(EXIT.usage);
    }
  }
  return true;
}
