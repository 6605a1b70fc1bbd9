/**
 * npm run demo: starts the lab on loopback, runs the built command as a child process against its endpoints, and shows
 * the screens. Ends with 0 only if each gave the cause that it should. No network, no root.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { startLab } from '../dist/entry/diagnose.js';

/** @typedef {import('../dist/entry/diagnose.js').LabEndpoint} LabEndpoint */
/** @typedef {{ readonly code: number | null, readonly stdout: string }} Ended */

/** What the demo shows of the lab. */
const shown = ['healthy', 'expired', 'wrong-name'];

const command = join(import.meta.dirname, '../bin/hellofin.js');
const lab = await startLab({ only: shown });
/** @type {string[]} */
const wrong = [];
try {
  const rows = [];
  for (const endpoint of lab.endpoints) {
    const args = [endpoint.target, '--ca', lab.caFile, '--resolver', lab.resolver];
    console.log(`$ hellofin ${args.join(' ')}`);
    const screen = await run([...args, ...(process.stdout.isTTY ? ['--color', 'always'] : [])]);
    console.log(screen.stdout);
    const found = causesOf((await run([...args, '--json'])).stdout);
    const isRight = isAsExpected(endpoint, found, screen);
    if (!isRight) wrong.push(endpoint.id);
    rows.push([endpoint.target, endpoint.cause ?? 'none', found.join(', ') || 'none', isRight ? 'right' : 'WRONG']);
  }
  console.log(table([['endpoint', 'true cause', 'cause found', ''], ...rows]));
} finally {
  await lab.close();
}
if (wrong.length > 0) {
  console.error(`not as expected: ${wrong.join(', ')}`);
  process.exitCode = 1;
}

/**
 * @param {LabEndpoint} endpoint
 * @param {readonly string[]} found
 * @param {Ended} screen
 */
function isAsExpected({ cause, target }, found, { code, stdout }) {
  if (cause === null) return found.length === 0 && code === 0 && stdout.includes(`${target} healthy`);
  return found.length === 1 && found[0] === cause && code === 1 && stdout.includes(`error[${cause}]`);
}

/**
 * @param {string} json
 * @returns {string[]}
 */
function causesOf(json) {
  /** @type {{ results: { findings: { code: string }[] }[] }} */
  const { results } = JSON.parse(json);
  return results.flatMap(({ findings }) => findings.map(({ code }) => code));
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<Ended>}
 */
function run(args) {
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  /** @type {Buffer[]} */
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout: Buffer.concat(chunks).toString() }));
  });
}

/** @param {readonly (readonly string[])[]} rows */
function table(rows) {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}
