import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median, result } from './measure.mjs';

const SIDE = fileURLToPath(new URL('memory-side.mjs', import.meta.url));

/** @typedef {{ readonly rss: number, readonly heap: number }} Memory bytes of one connection, both ends */

/**
 * Memory of idle connections over loopback sockets, both ends: what the process grows by (RSS), and the heap with what
 * hangs on it.
 * @param {import('./measure.mjs').Side} against
 * @param {import('./measure.mjs').Effort} effort
 */
export async function memory(against, { rounds }) {
  /** @type {[Memory[], Memory[], Memory[]]} */
  const [ours, theirs, ratios] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    const [own, other] = [await measured('hellofin'), await measured(against)];
    ours.push(own);
    theirs.push(other);
    ratios.push({ rss: other.rss / own.rss, heap: other.heap / own.heap });
  }
  const row = {
    name: 'idle connections',
    unit: 'bytes per connection, both ends',
    hellofin: median(ours),
    other: median(theirs),
    ratio: median(ratios),
  };
  return result('memory', against, [row]);
}

/** @param {import('./measure.mjs').Side} side @returns {Promise<Memory>} */
function measured(side) {
  const child = fork(SIDE, [side], { execArgv: ['--expose-gc'] });
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`memory: ${side} ended`)));
    child.once('message', (/** @type {Memory} */ taken) => {
      child.removeAllListeners('exit');
      child.once('exit', () => resolve(taken));
    });
  });
}
