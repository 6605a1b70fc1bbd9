/**
 * npm run fuzz [-- TARGET...] [--runs N] [--seed S] [--ci] [--input HEX] [--list]
 *
 * Tries many inputs on everything that takes bytes of others (test/fuzz/targets): each target states what must hold.
 * Inputs are valid ones changed by a seeded generator, by bytes and by structure, so that a run can be repeated.
 *
 *     --runs N     inputs for each target; a tenth of what CI tries unless given
 *     --ci         as many as CI tries: 100,000 changed flights and some thousands for each parser, in two minutes
 *     --seed S     repeats a run; printed by every run
 *     --input HEX  tries one input on one target and prints what comes of it; @FILE holds it in hexadecimal
 *     --list       the targets
 *
 * TARGET is a name or the beginning of one. A broken invariant, or an input that a target does not come back from,
 * prints the input made small, and the exit code is 1. The work is shared by a thread for each processor.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { build } from 'esbuild';
import { root } from './gates/files.mjs';

/**
 * @typedef {import('../test/fuzz/run.ts').Report} Report
 * @typedef {import('../test/fuzz/target.ts').Target} Target
 * @typedef {{ readonly target: string, readonly runs: number, readonly seed: string }} Job
 * @typedef {{ readonly targets: readonly Target[], readonly fuzz: typeof import('../test/fuzz/run.ts').fuzz }} Fuzzer
 */

/** Longest input that is kept for the watcher. */
const MAX_INPUT = 100_000;

/** Milliseconds without a new input after which a thread is taken to hang. */
const PATIENCE = 15_000;

/** Longest input that is printed, in digits. */
const MAX_ARGUMENT = 2_000;

/** Where the fuzzer is put, and inputs that are too long to be printed. */
const FOLDER = join(root, 'dist/.test/fuzz');

/** Runs of one job: small enough that no processor waits long for the others at the end. */
const JOB = 4_000;

if (isMainThread) await main();
else await work();

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string' },
      seed: { type: 'string' },
      ci: { type: 'boolean' },
      input: { type: 'string' },
      list: { type: 'boolean' },
    },
  });
  const bundle = await bundled();
  /** @type {Fuzzer} */
  const { targets } = await import(bundle);
  const isAsked = (/** @type {Target} */ { name }) => positionals.some((start) => name.startsWith(start));
  const chosen = positionals.length === 0 ? targets : targets.filter(isAsked);
  if (values.list || chosen.length === 0) {
    for (const { name, runs } of targets) console.log(`${name.padEnd(56)} ${String(runs).padStart(7)}`);
    if (!values.list) process.exitCode = 2;
    return;
  }
  if (values.input !== undefined) {
    const hex = values.input.startsWith('@') ? readFileSync(values.input.substring(1), 'latin1') : values.input;
    console.log(chosen[0]?.check(Uint8Array.from(Buffer.from(hex.trim(), 'hex'))));
    return;
  }
  const seed = values.seed ?? `${Date.now() % 1_000_000}`;
  const runsOf = (/** @type {Target} */ { runs }) => Number(values.runs ?? Math.ceil(values.ci ? runs : runs / 10));
  const jobs = chosen.flatMap((target) => cut(target.name, runsOf(target), seed));
  const inputs = jobs.reduce((sum, { runs }) => sum + runs, 0);
  console.log(`seed ${seed}: ${inputs} inputs for ${chosen.length} targets`);
  const begin = performance.now();
  const reports = await shared(jobs, bundle);
  const failures = summarize(chosen, reports);
  console.log(`${failures} failures, ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  if (failures > 0) process.exitCode = 1;
}

/**
 * The fuzzer as one module that every supported Node can load.
 * @returns {Promise<string>}
 */
async function bundled() {
  const outfile = join(FOLDER, 'fuzz.mjs');
  await build({
    stdin: {
      contents: "export { targets } from './targets.ts'; export { fuzz } from './run.ts';",
      resolveDir: join(root, 'test/fuzz'),
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return pathToFileURL(outfile).href;
}

/**
 * The runs of one target in jobs that differ in their seed.
 * @param {string} target
 * @param {number} runs
 * @param {string} seed
 * @returns {Job[]}
 */
function cut(target, runs, seed) {
  const count = Math.max(1, Math.ceil(runs / JOB));
  // The first job of a target has the seed itself: what it found is found again by the seed that was printed.
  return Array.from({ length: count }, (_, index) => ({
    target,
    runs: Math.ceil(runs / count),
    seed: index === 0 ? seed : `${seed}.${index}`,
  }));
}

/**
 * Does all jobs on a thread for each processor.
 * @param {Job[]} jobs
 * @param {string} bundle
 * @returns {Promise<Report[]>}
 */
async function shared(jobs, bundle) {
  const queue = [...jobs];
  /** @type {Report[]} */
  const reports = [];
  const threads = Math.min(availableParallelism(), jobs.length);
  await Promise.all(Array.from({ length: threads }, () => thread(queue, reports, bundle)));
  return reports;
}

/**
 * One thread until the queue is empty; after a hang another one goes on in its place.
 * @param {Job[]} queue
 * @param {Report[]} reports
 * @param {string} bundle
 * @returns {Promise<void>}
 */
function thread(queue, reports, bundle) {
  const memory = new SharedArrayBuffer(8 + MAX_INPUT);
  const [counters, kept] = views(memory);
  const worker = new Worker(new URL(import.meta.url), { workerData: { bundle, memory } });
  /** @type {Job | undefined} */
  let job;
  let seen = 0;
  let since = performance.now();
  return new Promise((resolve, reject) => {
    const next = () => {
      job = queue.shift();
      since = performance.now();
      if (job === undefined) finish();
      else worker.postMessage(job);
    };
    const finish = () => {
      clearInterval(timer);
      resolve(worker.terminate().then(() => undefined));
    };
    const timer = setInterval(() => {
      const now = Atomics.load(counters, 0);
      if (now !== seen) since = performance.now();
      seen = now;
      if (job === undefined || performance.now() - since < PATIENCE) return;
      const input = Buffer.from(kept.subarray(0, Atomics.load(counters, 1))).toString('hex');
      const failure = { seed: job.seed, run: 0, input, error: `no end after ${PATIENCE / 1000} s` };
      reports.push({ target: job.target, runs: 0, took: PATIENCE, slowest: PATIENCE, outcomes: {}, failure });
      finish();
      resolve(thread(queue, reports, bundle));
    }, 500);
    worker.on('error', reject);
    worker.on('message', (/** @type {Report | 'ready'} */ message) => {
      if (message !== 'ready') reports.push(message);
      next();
    });
  });
}

/** The other side of {@link thread}. */
async function work() {
  const { bundle, memory } = workerData;
  // Most inputs are refused by an error, and its stack would be what the time is spent on.
  Error.stackTraceLimit = 0;
  const [counters, kept] = views(memory);
  /** @type {Fuzzer} */
  const { targets, fuzz } = await import(bundle);
  parentPort?.on('message', (/** @type {Job} */ { target: name, runs, seed }) => {
    const target = targets.find((candidate) => candidate.name === name);
    if (target === undefined) throw new Error(`no target ${name}`);
    const report = fuzz(target, runs, seed, (input) => {
      kept.set(input.subarray(0, MAX_INPUT));
      Atomics.store(counters, 1, Math.min(input.length, MAX_INPUT));
      Atomics.add(counters, 0, 1);
    });
    parentPort?.postMessage(report);
  });
  parentPort?.postMessage('ready');
}

/**
 * @param {SharedArrayBuffer} memory
 * @returns {[counters: Int32Array, kept: Uint8Array]} inputs tried, and the length and bytes of the one at hand
 */
function views(memory) {
  return [new Int32Array(memory, 0, 2), new Uint8Array(memory, 8)];
}

/**
 * Prints a line for each target and everything about its failures; how many failed.
 * @param {readonly Target[]} chosen
 * @param {readonly Report[]} reports
 */
function summarize(chosen, reports) {
  let failures = 0;
  console.log(
    `${'target'.padEnd(56)} ${'inputs'.padStart(7)} ${'us each'.padStart(8)} ${'ms most'.padStart(8)}  outcomes`,
  );
  for (const { name } of chosen) {
    const own = reports.filter(({ target }) => target === name);
    const runs = own.reduce((sum, report) => sum + report.runs, 0);
    const took = own.reduce((sum, report) => sum + report.took, 0);
    const slowest = Math.max(...own.map((report) => report.slowest));
    const outcomes = new Set(own.flatMap((report) => Object.keys(report.outcomes)));
    const numbers = [
      String(runs).padStart(7),
      ((took / runs) * 1000).toFixed(0).padStart(8),
      slowest.toFixed(1).padStart(8),
    ];
    console.log(`${name.padEnd(56)} ${numbers.join(' ')}  ${outcomes.size}`);
    for (const { failure } of own) {
      if (failure === undefined) continue;
      failures++;
      console.log(`  FAILED with seed ${failure.seed}, run ${failure.run}: ${failure.error}`);
      console.log(`  npm run fuzz -- ${name} --input ${argument(name, failure)}`);
    }
  }
  return failures;
}

/**
 * An input as an argument: in a file where it is too long for one.
 * @param {string} name
 * @param {import('../test/fuzz/run.ts').Failure} failure
 */
function argument(name, { input, seed, run }) {
  if (input.length <= MAX_ARGUMENT) return input;
  const path = join(FOLDER, `${name}.${seed}.${run}.hex`);
  writeFileSync(path, input);
  return `@${relative(process.cwd(), path)}`;
}
