import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mean, median, result } from './measure.mjs';

const COMMAND = fileURLToPath(new URL('../../bin/hellofin.js', import.meta.url));

/** @typedef {import('./measure.mjs').Cost} Cost */

/** Starts of each in one measurement: the kernel counts CPU in hundredths of a second. */
const STARTS = 10;

/**
 * The command that does least, against a Node that does nothing. Linux only: nothing else tells the CPU of children.
 * @param {import('./measure.mjs').Effort} effort
 */
export function startup({ rounds }) {
  /** @type {[Cost[], Cost[], Cost[]]} */
  const [ours, theirs, ratios] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    const a = start([COMMAND, '--version']);
    const b = mean(start(['-e', '0']), start(['-e', '0']));
    const own = mean(a, start([COMMAND, '--version']));
    ours.push(own);
    theirs.push(b);
    ratios.push({ wall: b.wall / own.wall, cpu: b.cpu / own.cpu });
  }
  const row = {
    name: 'hellofin --version',
    unit: 'us per start',
    hellofin: median(ours),
    other: median(theirs),
    ratio: median(ratios),
  };
  return result('startup', 'node -e 0', [row]);
}

/** @param {readonly string[]} args @returns {Cost} */
function start(args) {
  const before = childrenCpu();
  const begin = process.hrtime.bigint();
  for (let i = 0; i < STARTS; i++) {
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  }
  const wall = Number(process.hrtime.bigint() - begin) / 1000;
  return { wall: wall / STARTS, cpu: (childrenCpu() - before) / STARTS };
}

/** Microseconds of CPU of all children that have ended: cutime and cstime of proc(5), in ticks of 10 ms. */
function childrenCpu() {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.substring(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10_000;
}
