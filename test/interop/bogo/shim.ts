/**
 * A shim for BoringSSL's TLS test runner: one process per test, which makes `1 + resume-count` connections to the
 * runner as the flags say. Exit code 0: as expected; 1: not, the error stands on stderr; 89: not implemented.
 */
import { appendFileSync, writeSync } from 'node:fs';
import { describe } from './error.ts';
import { exchange } from './exchange.ts';
import { parseFlags, Unimplemented } from './flags.ts';
import { Memory } from './sessions.ts';

/** The runner's code for "not implemented". */
const UNIMPLEMENTED = 89;

async function main(): Promise<number> {
  try {
    const { initial, resume, retry } = parseFlags(process.argv.slice(2));
    if (initial.isHandshakerSupported) {
      writeSync(1, 'No\n');
      return 0;
    }
    const memory = new Memory();
    for (let i = 0; i <= initial.resumeCount; i++) {
      const options = i === 0 ? initial : resume;
      await exchange(options, retry, memory, i > 0);
      memory.wait(options.resumptionDelay);
    }
    return 0;
  } catch (error) {
    if (error instanceof Unimplemented) {
      const log = process.env.HELLOFIN_BOGO_UNIMPLEMENTED;
      if (log !== undefined) appendFileSync(log, `${error.message}\n`);
      writeSync(2, `unimplemented: ${error.message}\n`);
      return UNIMPLEMENTED;
    }
    writeSync(2, `${describe(error)}\n`);
    return 1;
  }
}

void main().then((code) => process.exit(code));
