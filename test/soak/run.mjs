/**
 * npm run soak [-- --handshakes N --bytes N --idle N --peers N --only STAGE --minutes N --json]
 *
 * Endurance: handshakes, data, idle connections and hostile peers without end, and memory that has to be flat. Every
 * stage runs in a process of its own with --expose-gc; flat.mjs says what flat is. Afterwards no timer, socket or server
 * may be left.
 *
 *     --handshakes N  in all, half of them in memory and half over sockets; 200,000 unless given
 *     --bytes N       of data, both directions together; 20,000,000,000 unless given
 *     --idle N        connections open at once; 5,000 unless given
 *     --peers N       attacks; 2,000 unless given
 *     --only STAGE    one stage, or several
 *     --minutes N     of wall time at most; 60 unless given. What is not done by then has failed.
 *
 * Exit code 1 where memory grows, something is left, a limit is not met, or the time is over.
 */
import { fork } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { growth, mebibytes, tooMuch } from './flat.mjs';
import { stages } from './stages.mjs';

/**
 * @typedef {import('./flat.mjs').Sample} Sample
 * @typedef {Awaited<ReturnType<typeof endure>>} Result
 */

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));

/** Seconds that a stage may take to stop after its time is over. */
const GRACE = 90;

const { values } = parseArgs({
  options: {
    handshakes: { type: 'string', default: '200000' },
    bytes: { type: 'string', default: '20000000000' },
    idle: { type: 'string', default: '5000' },
    peers: { type: 'string', default: '2000' },
    minutes: { type: 'string', default: '60' },
    only: { type: 'string', multiple: true, default: Object.keys(stages) },
    json: { type: 'boolean', default: false },
  },
});
const handshakes = count('handshakes');
/** @type {Record<string, number>} */
const amounts = {
  'handshakes-memory': Math.ceil(handshakes / 2),
  'handshakes-sockets': Math.floor(handshakes / 2),
  bytes: count('bytes'),
  idle: count('idle'),
  peers: count('peers'),
};
const end = performance.now() + count('minutes') * 60_000;
/** @type {Result[]} */
const results = [];
for (const name of values.only) {
  if (stages[name] === undefined) fail(`no stage ${name}: ${Object.keys(stages).join(', ')}`);
  results.push(await endure(name, amounts[name] ?? 0));
}
const failed = results.some(({ failures }) => failures.length > 0);
const date = new Date().toISOString();
const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`;
if (values.json)
  console.log(JSON.stringify({ passed: !failed, stages: results, node: process.version, machine, date }));
else for (const result of results) print(result);
if (failed) process.exitCode = 1;

/**
 * Runs one stage in its process.
 * @param {string} name
 * @param {number} amount
 */
async function endure(name, amount) {
  const seconds = Math.max(0, (end - performance.now()) / 1000);
  const child = fork(CHILD, [name, String(amount), String(seconds)], { execArgv: ['--expose-gc'] });
  const { unit = '', rounds = 1 } = stages[name] ?? {};
  const whole = amount * rounds;
  /** @type {Sample[]} */
  const samples = [];
  /** @type {import('./child.mjs').Done | undefined} */
  let told;
  child.on('message', (/** @type {import('./child.mjs').Told | import('./child.mjs').Done} */ message) => {
    if ('sample' in message) {
      samples.push(message.sample);
      progress(name, unit, whole, message.sample);
    } else told = message;
  });
  const timer = setTimeout(() => child.kill(), (seconds + GRACE) * 1000);
  const code = await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  const grown = growth(samples);
  const failures = [...(told?.failures ?? ['it did not come to its end']), ...tooMuch(grown, samples.length)];
  if (told !== undefined && code !== 0) failures.push(`its process ended with ${code}`);
  if (told !== undefined && told.done < whole) failures.push(`${told.done} of ${whole} ${unit} when the time was over`);
  for (const [kind, number] of Object.entries(told?.left ?? {})) failures.push(`${number} ${kind} left`);
  const { done = 0, seconds: took = 0, figures = {} } = told ?? {};
  const last = samples.at(-1);
  return {
    name,
    unit,
    done,
    seconds: took,
    figures,
    samples: samples.length,
    last,
    growth: grown,
    load: loadavg(),
    failures,
  };
}

/**
 * @param {string} name
 * @param {string} unit
 * @param {number} amount
 * @param {Sample} sample
 */
function progress(name, unit, amount, { done, heap, rss }) {
  const share = `${done.toLocaleString('en')} of ${amount.toLocaleString('en')} ${unit}`;
  console.error(`${name.padEnd(19)} ${share}; heap ${mebibytes(heap)}, rss ${mebibytes(rss)}`);
}

/** @param {Result} result */
function print({ name, unit, done, seconds, figures, growth: grown, last, failures }) {
  const rate = Math.round(done / seconds).toLocaleString('en');
  console.log(`${name}: ${done.toLocaleString('en')} ${unit} in ${seconds.toFixed(0)} s, ${rate}/s`);
  const memory = last === undefined ? '' : `heap ${mebibytes(last.heap)}, rss ${mebibytes(last.rss)}; `;
  if (grown !== undefined) console.log(`  ${memory}grew by ${mebibytes(grown.heap)} and ${mebibytes(grown.rss)}`);
  console.log(
    `  ${Object.entries(figures)
      .map(([what, value]) => `${what}: ${value.toLocaleString('en')}`)
      .join('; ')}`,
  );
  for (const failure of failures) console.log(`  FAILED: ${failure}`);
}

/** @param {'handshakes' | 'bytes' | 'idle' | 'peers' | 'minutes'} option @returns {number} */
function count(option) {
  const number = Number(values[option]);
  if (!(number > 0)) fail(`--${option} takes a number`);
  return number;
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(2);
}
