/**
 * node examples/why.mjs HOST[:PORT] [CA-FILE]: says in a few lines why a connection fails, without the command.
 */
import { readFileSync } from 'node:fs';
import { check } from 'hellofin/diagnose';

const [target = 'localhost', caFile] = process.argv.slice(2);
const report = await check(target, caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') });

console.log(report.summary);
for (const { code, fix, proof } of report.findings) {
  console.log(`  ${code}, proved by ${proof.kind}: ${proof.after ?? ''}`);
  console.log(`  ${fix.text}`);
}
process.exitCode = report.findings.length === 0 ? 0 : 1;
