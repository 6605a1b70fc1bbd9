/**
 * npm run bench -- NAME [--json] [--rounds N] [--seconds S] [--warm-up S]
 *
 * Measures ours against another's in one run (measure.mjs says how) and prints both; a ratio above 1 means that we are
 * ahead, and the one at the top is the worst of its rows. Benchmarks are no tests: nothing here can fail.
 *
 *     handshake         full handshakes over loopback sockets, against node:tls
 *     handshake-memory  full handshakes without a network, against node:tls over a pair of streams
 *     bulk              data over loopback sockets, against node:tls
 *     startup           hellofin --version, against node -e 0
 *     record FILE       all of them, on every Node that HELLOFIN_NODE20, 22, 24 and 26 name, into a file of results
 */
import { parseArgs } from 'node:util';
import { benchmarks } from './benchmarks.mjs';
import { compare, EFFORT } from './measure.mjs';
import { record } from './record.mjs';
import { startup } from './startup.mjs';

/** @typedef {ReturnType<typeof import('./measure.mjs').result>} Result */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    'warm-up': { type: 'string' },
  },
});
const effort = {
  rounds: Number(values.rounds ?? EFFORT.rounds),
  seconds: Number(values.seconds ?? EFFORT.seconds),
  warmUp: Number(values['warm-up'] ?? EFFORT.warmUp),
};
const names = [...Object.keys(benchmarks), 'startup'];
const [name = '', file] = positionals;
const benchmark = benchmarks[name];
if (name === 'record' && file !== undefined) record(file, names);
else if (name === 'startup') report(startup(effort));
else if (benchmark !== undefined) report(await compare(benchmark, effort));
else {
  console.error(`usage: npm run bench -- ${[...names, 'record FILE'].join(' | ')} [--json]`);
  process.exitCode = 2;
}

/** @param {Result} measured */
function report(measured) {
  if (values.json) console.log(JSON.stringify(measured));
  else print(measured);
}

/** @param {Result} measured */
function print({ name: title, ratio, against, rows, node, machine, load }) {
  console.log(`${title}, against ${against}: wall ${ratio.wall}, CPU ${ratio.cpu} (node ${node})`);
  for (const row of rows) {
    const costs = [row.hellofin, row.other].map(({ wall, cpu }) => `wall ${wall} CPU ${cpu}`);
    console.log(
      `  ${row.name.padEnd(20)} wall ${row.ratio.wall} CPU ${row.ratio.cpu}; ${row.unit}: ${costs.join(', ')}`,
    );
  }
  console.log(`  ${machine}, load ${load.join(' ')}`);
}
