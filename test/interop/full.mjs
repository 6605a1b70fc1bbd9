/**
 * npm run interop:full: the interop matrix with every peer. Installs those that are missing below HELLOFIN_PEERS (a folder
 * of the user's cache unless given), which takes minutes the first time, runs all and writes test/interop/results/DATE.json.
 * Progress goes to stderr, the tables to stdout. Exits 1 where a cell failed, 3 where it could not be run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderMatrix } from '../../scripts/generate/interop.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const peers = process.env.HELLOFIN_PEERS || join(cache, 'hellofin', 'peers');
const began = Date.now();

tell(`peers: ${peers}${existsSync(peers) ? '' : ': about five minutes and 2 GB'}`);
const installed = spawnSync(join(here, 'install-peers'), [peers, 'all'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
});
if (installed.status !== 0) stop('a peer could not be installed');
const settings = Object.fromEntries(
  [...installed.stdout.matchAll(/^export (\w+)='(.*)'$/gm)].map((set) => [set[1], set[2]]),
);

tell('matrix: about three minutes, and as many again where Go has not compiled its library yet');
const dir = mkdtempSync(join(tmpdir(), 'hellofin-matrix-'));
const report = join(dir, 'cells.json');
const runner = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
spawnSync(process.execPath, [runner, 'run', 'test/interop/matrix', '--reporter=verbose'], {
  cwd: join(here, '..', '..'),
  stdio: ['ignore', 2, 2],
  env: { ...settings, ...process.env, HELLOFIN_REQUIRE: '1', HELLOFIN_MATRIX: 'full', HELLOFIN_MATRIX_RESULTS: report },
});
if (!existsSync(report)) stop('the tests left no results');
const { scenarios, cells } = JSON.parse(readFileSync(report, 'utf8'));
rmSync(dir, { recursive: true });

const date = new Date().toISOString().substring(0, 10);
const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version.substring(1)}`;
const result = { date, machine, minutes: minutes(), scenarios: titles(scenarios), peers: byPeer(cells) };
const file = join(here, 'results', `${date}.json`);
writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
console.log(renderMatrix(result));
tell(`written: ${file}; npm run generate puts it into docs/interop.md`);
if (cells.some((/** @type {{ result: string }} */ { result }) => result === 'fail')) process.exitCode = 1;

/** @param {readonly { id: string, title: string, versions: readonly string[] }[]} all */
function titles(all) {
  return all.map(({ id, title, versions }) => ({ id, title, versions: versions.join(', ') }));
}

/**
 * @param {readonly Record<'peer' | 'release' | 'side' | 'version' | 'scenario' | 'result' | 'why', string>[]} all
 * @returns {import('../../scripts/generate/interop.mjs').MatrixPeer[]}
 */
function byPeer(all) {
  /** @type {Map<string, import('../../scripts/generate/interop.mjs').MatrixPeer>} */
  const found = new Map();
  for (const { peer: name, release, side, version, scenario, result, why } of all) {
    const key = `${name} ${release} ${side}`;
    const peer = found.get(key) ?? { name, release, side, cells: {} };
    found.set(key, peer);
    peer.cells[`${version} ${scenario}`] = result === 'fail' ? result : `${result}: ${why}`;
  }
  return [...found.values()];
}

function minutes() {
  return Number(((Date.now() - began) / 60_000).toFixed(1));
}

/** @param {string} what */
function tell(what) {
  console.error(`${minutes().toFixed(1)} min  ${what}`);
}

/** @param {string} why @returns {never} */
function stop(why) {
  console.error(`interop:full: ${why}`);
  process.exit(3);
}
