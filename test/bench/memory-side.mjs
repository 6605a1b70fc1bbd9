/** One side of the memory benchmark, with --expose-gc: opens connections, leaves them idle and tells what each takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { endpointOf, hangUp } from './sockets.mjs';

const PAIRS = 500;
const AT_ONCE = 8;

const [side] = process.argv.slice(2);
const endpoint = await endpointOf(/** @type {import('./measure.mjs').Side} */ (side));
// Code that is loaded and compiled by the first connections is not theirs alone.
await Promise.all((await open(50)).map(hangUp));
const before = await settled();
const connections = await open(PAIRS);
const after = await settled();
process.send?.({ rss: (after.rss - before.rss) / PAIRS, heap: (after.heap - before.heap) / PAIRS });
await Promise.all(connections.map(hangUp));
process.exit();

/** @param {number} count @returns {Promise<import('./sockets.mjs').Connection[]>} */
async function open(count) {
  /** @type {import('./sockets.mjs').Connection[]} */
  const opened = [];
  let left = count;
  const one = async () => {
    while (left-- > 0) opened.push(await endpoint.connect());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return opened;
}

async function settled() {
  for (let turn = 0; turn < 5; turn++) {
    await sleep(100);
    globalThis.gc?.();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}
