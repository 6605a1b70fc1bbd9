/**
 * npm run check: everything that can be said about the tree without a peer or a network, in under a minute. Each
 * stage prints one line with its time; a failing one prints its output too, and the others still run.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './gates/files.mjs';

/** @typedef {{ readonly name: string, readonly command: readonly string[] }} Stage */

/** Stages of one group run side by side; a group starts when the one before it is through. @type {Stage[][]} */
const groups = [
  [
    { name: 'types', command: ['tsc', '-b'] },
    { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings'] },
    { name: 'gates', command: ['node', 'scripts/gates.mjs'] },
  ],
  [
    { name: 'unused code', command: ['knip'] },
    { name: 'copies', command: ['jscpd', 'src'] },
    { name: 'generated docs', command: ['node', 'scripts/generate.mjs', '--check'] },
    { name: 'package', command: ['publint', '--pack', 'false', '--strict'] },
  ],
  [{ name: 'unit tests', command: ['vitest', 'run', 'src'] }],
];

const environment = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` };
const started = performance.now();
let failed = 0;
for (const group of groups) await Promise.all(group.map(run));
console.log(`${failed === 0 ? 'all stages pass' : `${failed} stages fail`}, ${seconds(started)} s`);
if (failed > 0) process.exitCode = 1;

/**
 * @param {Stage} stage
 * @returns {Promise<void>}
 */
function run({ name, command }) {
  const begin = performance.now();
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Buffer[]} */
  const output = [];
  child.stdout.on('data', (chunk) => output.push(chunk));
  child.stderr.on('data', (chunk) => output.push(chunk));
  child.on('error', (error) => output.push(Buffer.from(`${error}\n`)));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      const passed = code === 0;
      if (!passed) failed++;
      console.log(`${passed ? '✔' : '✖'} ${name.padEnd(16)} ${seconds(begin).padStart(6)} s`);
      if (!passed) console.log(`${Buffer.concat(output).toString().trimEnd()}\n`);
      resolve();
    });
  });
}

/** @param {number} since */
function seconds(since) {
  return ((performance.now() - since) / 1000).toFixed(1);
}
