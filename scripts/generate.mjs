/**
 * npm run generate: writes what the docs say about the code from the code, between markers
 *
 *     <!-- generated: NAME --> ... <!-- end of NAME -->
 *
 * With --check nothing is written, and a stale page is an error.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFiles, root } from './gates/files.mjs';
import { moduleMap } from './generate/module-map.mjs';

/** What is generated, by name of the marker. @type {Record<string, () => string>} */
const generators = { 'module map': moduleMap };

const isCheck = process.argv.includes('--check');
const seen = new Set();
for (const { path, text } of projectFiles().filter((file) => file.path.endsWith('.md'))) {
  const fresh = text.replace(/(<!-- generated: ([\w ]+) -->\n).*?(<!-- end of \2 -->)/gs, (_, open, name, close) => {
    const generate = generators[name];
    if (generate === undefined) throw new Error(`${path}: nobody generates '${name}'`);
    seen.add(name);
    return `${open}${generate().trimEnd()}\n${close}`;
  });
  if (fresh === readFileSync(join(root, path), 'utf8')) continue;
  if (isCheck) fail(`${path} is stale: run npm run generate`);
  else writeFileSync(join(root, path), fresh);
}
for (const name of Object.keys(generators)) if (!seen.has(name)) fail(`no page has a place for '${name}'`);

/** @param {string} complaint */
function fail(complaint) {
  console.error(complaint);
  process.exitCode = 1;
}
