/**
 * npm run mutate -- [--base REV] [FILE...]: are the refusals tested? Takes every `throw` and every returned alert out
 * of the given sources (or of those that changed since REV, HEAD~1 unless given), one at a time, and runs the tests
 * that import the source. A mutant that no test notices is a survivor; exit code 1 when there is one.
 *
 * It works in copies of the tree, so that neither an interruption nor an editor can leave a mutant behind.
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { mutants } from './mutate/mutants.mjs';

/** @typedef {import('./mutate/mutants.mjs').Mutant} Mutant */
/** @typedef {{ readonly file: string, readonly tests: readonly string[], readonly limit: number }} Target */

const { values, positionals } = parseArgs({
  options: { base: { type: 'string', default: 'HEAD~1' } },
  allowPositionals: true,
});
const root = process.cwd();
const copies = mkdtempSync(join(tmpdir(), 'hellofin-mutate-'));
/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.once(signal, () => process.exit(130));
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(copies, { recursive: true, force: true });
});

const files =
  positionals.length > 0 ? positionals.map((file) => relative(root, join(root, file))) : changed(values.base);
const folders = Array.from({ length: Math.min(4, availableParallelism()) }, (_, index) => copy(`${index}`));
const targets = await all(files, findTests);
const jobs = targets.flatMap((target) =>
  mutants(readFileSync(join(root, target.file), 'utf8')).map((mutant) => ({ target, mutant })),
);
const survivors = (await all(jobs, attempt)).filter((survivor) => survivor !== undefined);
for (const line of survivors) console.log(line);
console.log(`mutants: ${jobs.length - survivors.length} noticed, ${survivors.length} survived`);
process.exitCode = survivors.length > 0 ? 1 : 0;

/**
 * Shipped sources that differ from `base`, new ones included.
 * @param {string} base
 */
function changed(base) {
  const git = (/** @type {string[]} */ ...args) => execFileSync('git', [...args, '--', 'src'], { encoding: 'utf8' });
  const names = git('diff', '--name-only', '--diff-filter=d', base) + git('ls-files', '--others', '--exclude-standard');
  return [...new Set(names.split('\n'))].filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
}

/**
 * A copy of the tree as it is now, beside the others.
 * @param {string} name
 */
function copy(name) {
  const folder = join(copies, name);
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate']);
  for (const path of list.toString().split('\0')) {
    if (path === '') continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { force: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/**
 * Which tests import `file`, the one beside it first; they must pass as things are.
 * @param {string} file
 * @param {string} folder
 * @returns {Promise<Target>}
 */
async function findTests(file, folder) {
  const report = join(folder, 'related.json');
  rmSync(report, { force: true });
  // Those of the command and of peers run what was built, not the source.
  const excluded = ['interop', 'house', 'bench', 'soak', 'conformance', 'cli', 'lab', 'peers'].flatMap((name) => [
    '--exclude',
    `test/${name}/**`,
  ]);
  const begin = performance.now();
  const args = [
    'related',
    '--run',
    '--passWithNoTests',
    '--reporter=json',
    `--outputFile=${report}`,
    ...excluded,
    file,
  ];
  const outcome = await vitest(args, folder, 600_000);
  /** @type {{ testResults: { name: string, status: string }[] }} */
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  if (outcome !== 'passed') {
    const failing = testResults.filter(({ status }) => status === 'failed').map(({ name }) => relative(folder, name));
    throw new Error(`without a mutant the tests of ${file}: ${outcome} ${failing.join(' ')}`);
  }
  const tests = testResults.map(({ name }) => relative(folder, name));
  const beside = file.replace(/\.ts$/, '.test.ts');
  tests.sort((a, b) => Number(b === beside) - Number(a === beside));
  return { file, tests, limit: 10_000 + 4 * (performance.now() - begin) };
}

/**
 * Runs the tests against one mutant, the nearest one alone first.
 * @param {{ readonly target: Target, readonly mutant: Mutant }} job
 * @param {string} folder
 * @returns {Promise<string | undefined>} the survivor in words
 */
async function attempt({ target, mutant }, folder) {
  const path = join(folder, target.file);
  const original = readFileSync(path);
  writeFileSync(path, mutant.text);
  try {
    const [nearest, ...others] = target.tests;
    for (const tests of [nearest === undefined ? [] : [nearest], others]) {
      if (tests.length > 0 && (await vitest(['run', '--bail=1', ...tests], folder, target.limit)) !== 'passed')
        return undefined;
    }
  } finally {
    writeFileSync(path, original);
  }
  return `${target.file}:${mutant.line} survives without: ${mutant.removed.replace(/\s+/g, ' ')}`;
}

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {number} limit milliseconds; a mutant that loops is noticed too
 * @returns {Promise<'passed' | 'failed' | 'timeout'>}
 */
function vitest(args, cwd, limit) {
  const bin = join(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    stdio: 'ignore',
    env: { ...process.env, CI: 'true', TMPDIR: copies },
  });
  running.add(child);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, limit);
  return new Promise((resolve) => {
    child.once('close', (code) => {
      clearTimeout(timer);
      running.delete(child);
      if (isLate) resolve('timeout');
      else resolve(code === 0 ? 'passed' : 'failed');
    });
  });
}

/**
 * Does `work` on every item, one at a time in each copy of the tree.
 * @template Item, Result
 * @param {readonly Item[]} items
 * @param {(item: Item, folder: string) => Promise<Result>} work
 * @returns {Promise<Result[]>} in the order of the items
 */
async function all(items, work) {
  /** @type {Result[]} */
  const results = [];
  const queue = items.entries();
  await Promise.all(
    folders.map(async (folder) => {
      for (const [index, item] of queue) results[index] = await work(item, folder);
    }),
  );
  return results;
}
