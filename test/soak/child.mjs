/**
 * One stage in its process, with --expose-gc: `child.mjs STAGE AMOUNT SECONDS`. Tells its parent of every sample, and at
 * the end what it did and what it left behind.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { SAMPLES } from './flat.mjs';
import { stages } from './stages.mjs';

/**
 * @typedef {{ readonly sample: import('./flat.mjs').Sample }} Told
 * @typedef {{
 *   readonly done: number,
 *   readonly seconds: number,
 *   readonly figures: Readonly<Record<string, number>>,
 *   readonly failures: readonly string[],
 *   readonly left: Readonly<Record<string, number>>,
 * }} Done what a stage did; `left` are active resources by kind that were not there before
 */

/** What messages to the parent go through. */
const CHANNEL = 'PipeWrap';

// Nobody is told any more when the parent is gone.
process.once('disconnect', () => process.exit());

const [name = '', amount = '0', seconds = '0'] = process.argv.slice(2);
const begin = performance.now();
const end = begin + Number(seconds) * 1000;
const step = Number(amount) / SAMPLES;
let next = 0;
let done = 0;

const before = resources();
const stage = stages[name];
if (stage === undefined) throw new Error(`no stage ${name}`);
const { figures, failures } = await stage.run(Number(amount), async (count) => {
  done = count;
  if (count >= next) {
    next = Math.max(next + step, count + step / 2);
    process.send?.({ sample: { done, ...(await held()) } });
  }
  return performance.now() < end;
});
await held();
const left = surplus(before, resources());
process.send?.({ done, seconds: (performance.now() - begin) / 1000, figures, failures, left });
process.disconnect?.();

/** Memory in use when what can be collected is. */
async function held() {
  for (let turn = 0; turn < 3; turn++) {
    await sleep(20);
    globalThis.gc?.();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}

/** Active resources by kind: timers, sockets, servers. */
function resources() {
  /** @type {Record<string, number>} */
  const count = {};
  for (const kind of process.getActiveResourcesInfo()) if (kind !== CHANNEL) count[kind] = (count[kind] ?? 0) + 1;
  return count;
}

/**
 * @param {Record<string, number>} was
 * @param {Record<string, number>} is
 */
function surplus(was, is) {
  return Object.fromEntries(Object.entries(is).filter(([kind, count]) => count > (was[kind] ?? 0)));
}
