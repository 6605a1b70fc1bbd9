/**
 * node .ci/sum.mjs REPORT...: adds up vitest's JSON reports. Exit code 1 when a test failed, was skipped in every report
 * (what one Node lacks another has), or none ran.
 */
import { existsSync, readFileSync } from 'node:fs';

const reports = process.argv.slice(2).filter((path) => existsSync(path));
const counts = { passed: 0, failed: 0, skipped: 0 };
const results = reports.map((path) => JSON.parse(readFileSync(path, 'utf8')).testResults);
const passed = new Set(
  results
    .flat()
    .flatMap(({ name, assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'passed').map(({ fullName }) => `${name} ${fullName}`),
    ),
);
for (const files of results) {
  for (const file of files) {
    // A file that does not load has no test to report.
    if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')) {
      counts.failed++;
      console.log(`failed: ${file.name}\n${file.message}`);
    }
    for (const { status, fullName } of file.assertionResults) {
      if (status === 'passed') counts.passed++;
      else if (status === 'failed' || !passed.has(`${file.name} ${fullName}`)) {
        counts[status === 'failed' ? 'failed' : 'skipped']++;
        console.log(`${status}: ${file.name} ${fullName}`);
      }
    }
  }
}
console.log(`tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
if (counts.failed + counts.skipped > 0 || counts.passed === 0) process.exitCode = 1;
