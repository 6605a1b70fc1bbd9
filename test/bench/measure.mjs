/**
 * How two ways of doing the same are compared so that it holds. Each side has a process of its own, so that everybody
 * pays for its own garbage and runs its own compiled code; they take turns in the order A B B A, several rounds, medians,
 * wall and CPU.
 *
 * Before the first turn a side runs for seconds: it takes thousands of handshakes until the compilers are through. No
 * collection is forced, because a forced one throws away compiled code too: on Node 20 it made of a ratio of 1.1 one of
 * 0.6. Operations leave the event loop alone in between, or native clean-up would be deferred and never counted.
 */
import { fork } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { setImmediate as immediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {Readonly<Record<string, number>>} Figures by what they measure
 * @typedef {{ readonly wall: number, readonly cpu: number }} Cost microseconds of one operation
 * @typedef {'hellofin' | 'node:tls' | 'lemon-tls'} Side
 * @typedef {(operations: number) => Promise<unknown>} Work does so many operations, and leaves nothing behind
 * @typedef {{ readonly name: string, readonly ratio: Figures, readonly unit: string, readonly hellofin: Figures, readonly other: Figures }} Row
 * @typedef {{ readonly rounds: number, readonly seconds: number, readonly warmUp: number }} Effort
 * @typedef {{
 *   readonly name: string,
 *   readonly unit: string,
 *   readonly rows: readonly string[],
 *   readonly begin: (side: Side) => Promise<(row: string) => Work>,
 * }} Benchmark
 * @typedef {{ readonly row: string, readonly seconds: number } | { readonly row: string, readonly operations: number }} Turn
 */

/** Rounds of A B B A, seconds of each letter, and seconds before the first that let the compilers finish. @type {Effort} */
export const EFFORT = { rounds: 7, seconds: 1, warmUp: 5 };

const SIDE = fileURLToPath(new URL('side.mjs', import.meta.url));

/**
 * Runs a benchmark; the ratio is theirs over ours: above 1 we are ahead.
 * @param {Benchmark} benchmark
 * @param {Side} against
 * @param {Effort} effort
 */
export async function compare(benchmark, against, { rounds, seconds, warmUp }) {
  const [ours, theirs] = [turns(benchmark.name, 'hellofin'), turns(benchmark.name, against)];
  /** @type {Row[]} */
  const rows = [];
  for (const row of benchmark.rows) {
    for (const side of [ours, theirs]) await side.take({ row, seconds: warmUp });
    const { operations } = await ours.take({ row, seconds });
    /** @type {[Cost[], Cost[], Cost[]]} */
    const [own, other, ratios] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      const a = await ours.take({ row, operations });
      const b = await theirs.take({ row, operations });
      const b2 = await theirs.take({ row, operations });
      const a2 = await ours.take({ row, operations });
      const [mine, their] = [mean(a.cost, a2.cost), mean(b.cost, b2.cost)];
      own.push(mine);
      other.push(their);
      ratios.push({ wall: their.wall / mine.wall, cpu: their.cpu / mine.cpu });
    }
    const { unit } = benchmark;
    rows.push({ name: row, ratio: median(ratios), unit, hellofin: median(own), other: median(other) });
  }
  ours.end();
  theirs.end();
  return result(benchmark.name, against, rows);
}

/**
 * One side in its process.
 * @param {string} name of the benchmark
 * @param {Side} side
 */
function turns(name, side) {
  const child = fork(SIDE, [name, side]);
  /** @param {Turn} turn @returns {Promise<{ readonly operations: number, readonly cost: Cost }>} */
  const take = (turn) =>
    new Promise((resolve, reject) => {
      child.once('exit', () => reject(new Error(`${name}: ${side} ended`)));
      child.once('message', (/** @type {{ operations: number, cost: Cost }} */ taken) => {
        child.removeAllListeners('exit');
        resolve(taken);
      });
      child.send(turn);
    });
  return { take, end: () => child.disconnect() };
}

/**
 * One turn, in the side's process: so many operations, or as many as go into so many seconds.
 * @param {Work} work
 * @param {Turn} turn
 */
export async function takeTurn(work, turn) {
  if ('operations' in turn) return { operations: turn.operations, cost: await time(work, turn.operations) };
  const end = performance.now() + turn.seconds * 1000;
  let operations = 0;
  for (let step = 1; performance.now() < end; step = Math.min(step * 2, 64)) {
    await work(step);
    operations += step;
  }
  return { operations, cost: { wall: 0, cpu: 0 } };
}

/**
 * @param {Work} work
 * @param {number} operations
 * @returns {Promise<Cost>}
 */
async function time(work, operations) {
  // What the turn before left behind, and what idling made cold, is not counted.
  await work(Math.ceil(operations / 4));
  for (let turn = 0; turn < 20; turn++) await immediate();
  const cpu = process.cpuUsage();
  const begin = process.hrtime.bigint();
  await work(operations);
  await immediate();
  const wall = Number(process.hrtime.bigint() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { wall: wall / operations, cpu: (user + system) / operations };
}

/**
 * The result of a benchmark as every benchmark prints it; the ratio at the top is the worst.
 * @param {string} name
 * @param {string} against
 * @param {readonly Row[]} rows
 */
export function result(name, against, rows) {
  /** @type {Record<string, number>} */
  const worst = {};
  for (const { ratio } of rows) {
    for (const [what, value] of Object.entries(ratio)) worst[what] = Math.min(worst[what] ?? value, value);
  }
  return {
    name,
    ratio: rounded(worst, 3),
    against,
    rows: rows.map((row) => ({
      ...row,
      ratio: rounded(row.ratio, 3),
      hellofin: rounded(row.hellofin, 1),
      other: rounded(row.other, 1),
    })),
    node: process.version,
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    load: loadavg().map((load) => round(load, 2)),
    date: new Date().toISOString(),
  };
}

/** @param {Cost} a @param {Cost} b @returns {Cost} */
export function mean(a, b) {
  return { wall: (a.wall + b.wall) / 2, cpu: (a.cpu + b.cpu) / 2 };
}

/**
 * @template {Figures} T
 * @param {readonly T[]} measured
 * @returns {T}
 */
export function median(measured) {
  const middle = (/** @type {string} */ what) => {
    const sorted = measured.map((one) => one[what] ?? 0).sort((a, b) => a - b);
    const half = Math.floor(sorted.length / 2);
    const upper = sorted[half] ?? 0;
    return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? 0)) / 2;
  };
  const entries = Object.keys(measured[0] ?? {}).map((what) => [what, middle(what)]);
  return /** @type {T} */ (Object.fromEntries(entries));
}

/** @param {Figures} figures @param {number} digits @returns {Figures} */
function rounded(figures, digits) {
  return Object.fromEntries(Object.entries(figures).map(([what, value]) => [what, round(value, digits)]));
}

/** @param {number} value @param {number} digits */
function round(value, digits) {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
