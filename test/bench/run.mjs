/**
 * npm run bench -- NAME [--json] [--against lemon-tls] [--rounds N] [--seconds S] [--warm-up S]
 *
 * Measures ours against another's in one run (measure.mjs says how) and prints both; a ratio above 1 means that we are
 * ahead, and the one at the top is the worst of its rows. Benchmarks are no tests: nothing here can fail.
 *
 *     handshake         full handshakes over loopback sockets
 *     handshake-memory  full handshakes without a network, node:tls over a pair of streams
 *     resumption        handshakes that resume a session
 *     handshake-rsa     full handshakes with an RSA-2048 certificate
 *     tls12             full handshakes of TLS 1.2
 *     bulk              data over loopback sockets
 *     probe             what a diagnosis sends, to the first answer; a handshake with node:tls
 *     memory            idle connections over loopback sockets
 *     startup           hellofin --version, against node -e 0
 *     record FILE       all of them, on every Node that HELLOFIN_NODE20, 22, 24 and 26 name, into a file of results
 *
 * The other is node:tls, or lemon-tls if HELLOFIN_LEMON_TLS says where its index.js is.
 */
import { parseArgs } from 'node:util';
import { benchmarks } from './benchmarks.mjs';
import { compare, EFFORT } from './measure.mjs';
import { memory } from './memory.mjs';
import { record } from './record.mjs';
import { startup } from './startup.mjs';

/** @typedef {ReturnType<typeof import('./measure.mjs').result>} Result */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    against: { type: 'string' },
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
const against = values.against === 'lemon-tls' ? 'lemon-tls' : 'node:tls';
const names = [...Object.keys(benchmarks), 'memory', 'startup'];
const [name = '', file] = positionals;
const benchmark = benchmarks[name];
const flags = [`--rounds=${effort.rounds}`, `--seconds=${effort.seconds}`, `--warm-up=${effort.warmUp}`];
if (name === 'record' && file !== undefined) record(file, names, flags);
else if (name === 'startup') report(startup(effort));
else if (name === 'memory') report(await memory(against, effort));
else if (benchmark !== undefined) report(await compare(benchmark, against, effort));
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
function print({ name: title, ratio, against: other, rows, node, machine, load }) {
  console.log(`${title}, against ${other}: ${show(ratio)} (node ${node})`);
  for (const row of rows) {
    const both = [row.hellofin, row.other].map(show).join(', ');
    console.log(`  ${row.name.padEnd(20)} ${show(row.ratio)}; ${row.unit}: ${both}`);
  }
  console.log(`  ${machine}, load ${load.join(' ')}`);
}

/** @param {import('./measure.mjs').Figures} figures */
function show(figures) {
  return Object.entries(figures)
    .map(([what, value]) => `${what} ${value}`)
    .join(' ');
}
