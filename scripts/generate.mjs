/**
 * npm run generate: writes what the docs say about the code from the code, between markers
 *
 *     <!-- generated: NAME --> ... <!-- end of NAME -->
 *
 * With --check nothing is written, and a stale page is an error. Works on what `tsc -b` built.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFiles, root } from './gates/files.mjs';
import { alerts } from './generate/alerts.mjs';
import { benchmarks } from './generate/benchmarks.mjs';
import { commands } from './generate/commands.mjs';
import { endurance } from './generate/endurance.mjs';
import { findings } from './generate/findings.mjs';
import { interop } from './generate/interop.mjs';
import { endpoints } from './generate/lab.mjs';
import { limits } from './generate/limits.mjs';
import { moduleMap } from './generate/module-map.mjs';
import { stateTable } from './generate/states.mjs';

/** What is generated, by name of the marker. @type {Record<string, () => string | Promise<string>>} */
const generators = {
  'module map': moduleMap,
  findings,
  alerts,
  commands,
  endpoints,
  benchmarks,
  limits,
  interop,
  endurance,
  'client states': () => stateTable('tls13', 'CLIENT_STATES'),
  'server states': () => stateTable('tls13', 'SERVER_STATES'),
  'TLS 1.2 client states': () => stateTable('tls12', 'CLIENT_STATES'),
  'TLS 1.2 server states': () => stateTable('tls12', 'SERVER_STATES'),
};

const isCheck = process.argv.includes('--check');
const pages = projectFiles().filter(({ path }) => path.endsWith('.md'));
for (const [name, generate] of Object.entries(generators)) {
  const open = `<!-- generated: ${name} -->\n`;
  const close = `\n<!-- end of ${name} -->`;
  const page = pages.find(({ text }) => text.includes(open));
  if (page === undefined) {
    fail(`no page has a place for '${name}'`);
    continue;
  }
  const start = page.text.indexOf(open) + open.length;
  const end = page.text.indexOf(close, start - 1);
  if (end < 0) {
    fail(`${page.path}: '${name}' has no end`);
    continue;
  }
  const fresh = (await generate()).trimEnd();
  if (page.text.substring(start, end) === fresh) continue;
  if (isCheck) {
    fail(`${page.path}: '${name}' is stale, run npm run generate`);
    continue;
  }
  page.text = page.text.substring(0, start) + fresh + page.text.substring(end);
  writeFileSync(join(root, page.path), page.text);
}

/** @param {string} complaint */
function fail(complaint) {
  console.error(complaint);
  process.exitCode = 1;
}
