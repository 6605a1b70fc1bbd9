/** One side of a benchmark, in the process that measure.mjs made for it: takes its turns when it is told to. */
import { benchmarks } from './benchmarks.mjs';
import { takeTurn } from './measure.mjs';

const [name = '', side] = process.argv.slice(2);
const work = await benchmarks[name]?.begin(/** @type {import('./measure.mjs').Side} */ (side));
if (work === undefined) throw new Error(`no benchmark ${name}`);
process.on('message', async (/** @type {import('./measure.mjs').Turn} */ turn) => {
  process.send?.(await takeTurn(work(turn.row), turn));
});
process.on('disconnect', () => process.exit());
