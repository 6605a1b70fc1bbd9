/**
 * npm run conformance -- pkits|chains|limbo|wycheproof [--data FILE-or-DIR] [--json]: certificates, and the signatures
 * below them, against what others published. The exit code is 0 when every case
 * is judged as expected, is in the ledger, or is of an algorithm that TLS does not have.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const entry = new URL('./x509/run.ts', import.meta.url);

/**
 * @param {string} suite
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function runX509(suite, args) {
  const { values } = parseArgs({
    args,
    options: { data: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const { runSuite } = await load();
  let summary;
  try {
    summary = runSuite(suite, values.data);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  if (values.json) console.log(JSON.stringify(summary));
  else report(summary);
  return summary.cases.every(({ pass, actual, ledger }) => pass || actual === 'skip' || ledger !== undefined) ? 0 : 1;
}

/** @returns {Promise<typeof import('./x509/run.ts')>} */
async function load() {
  const folder = mkdtempSync(join(tmpdir(), 'hellofin-conformance-'));
  const outfile = join(folder, 'run.cjs');
  try {
    await build({
      entryPoints: [fileURLToPath(entry)],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      // What is loaded only where Node lacks it is found from here.
      define: { 'import.meta.url': JSON.stringify(entry.href) },
      logLevel: 'warning',
    });
    return (await import(pathToFileURL(outfile).href)).default;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {import('./x509/suite.ts').Summary} summary */
function report({ suite, pass, total, false_accept, false_reject, skipped, cases }) {
  for (const { id, pass: isRight, actual, found, ledger } of cases) {
    if (isRight || actual === 'skip') continue;
    const what = actual === 'accept' ? 'accepted' : 'refused ';
    console.log(`${what}  ${id}  ${found.slice(0, 3).join(' ')}${ledger === undefined ? '' : `  ledger: ${ledger}`}`);
  }
  console.log(
    `${suite}: ${pass} of ${total} as expected; ${false_accept} wrongly accepted, ${false_reject} wrongly refused, ${skipped} skipped`,
  );
}
