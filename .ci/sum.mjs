/**
 * node .ci/sum.mjs REPORT...: adds up vitest's JSON reports. Exit code 1 when a test failed, skipped, or none ran.
 */
import { existsSync, readFileSync } from 'node:fs';

const reports = process.argv.slice(2).filter((path) => existsSync(path));
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const path of reports) {
  for (const file of JSON.parse(readFileSync(path, 'utf8')).testResults) {
    // A file that does not load has no test to report.
    if (file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')) {
      counts.failed++;
      console.log(`failed: ${file.name}\n${file.message}`);
    }
    for (const { status, fullName } of file.assertionResults) {
      if (status === 'passed') counts.passed++;
      else {
        counts[status === 'failed' ? 'failed' : 'skipped']++;
        console.log(`${status}: ${file.name} ${fullName}`);
      }
    }
  }
}
console.log(`tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
if (counts.failed + counts.skipped > 0 || counts.passed === 0) process.exitCode = 1;
