/**
 * npm run conformance -- SUITE OPTIONS: suites that others wrote, run against the engine and against what judges
 * certificates. None of them is part of this project; CONTRIBUTING.md says where each is had.
 */
import { runBogo } from './bogo.mjs';
import { runX509 } from './x509.mjs';

const [suite, ...args] = process.argv.slice(2);
if (suite === 'bogo') process.exitCode = await runBogo(args);
else if (['pkits', 'chains', 'limbo', 'wycheproof'].includes(suite ?? '')) {
  process.exitCode = await runX509(suite ?? '', args);
} else {
  console.error('usage: npm run conformance -- bogo --runner PATH [--json] [--test PATTERNS] [--workers N] [--ledger]');
  console.error('       npm run conformance -- pkits|chains|limbo|wycheproof [--data FILE-or-DIR] [--json]');
  process.exitCode = 2;
}
