/**
 * npm run conformance -- SUITE OPTIONS: suites that others wrote, run against the engine. They are built outside of
 * this project; each says in its folder of test/interop how.
 */
import { runBogo } from './bogo.mjs';

const [suite, ...args] = process.argv.slice(2);
if (suite === 'bogo') process.exitCode = await runBogo(args);
else {
  console.error('usage: npm run conformance -- bogo --runner PATH [--json] [--test PATTERNS] [--workers N] [--ledger]');
  process.exitCode = 2;
}
