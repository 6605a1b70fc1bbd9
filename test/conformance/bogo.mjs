/**
 * BoringSSL's TLS test runner against the shim in test/interop/bogo: bundles the shim, runs the runner's test binary
 * with config.json and counts. What is not run, and why, stands in test/interop/bogo/ledger.md.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeLedger } from './ledger.mjs';
import { bundleShim } from './shim.mjs';

const folder = fileURLToPath(new URL('../interop/bogo/', import.meta.url));
const config = join(folder, 'config.json');

/** A shim that implements nothing: to learn which tests there are. */
const NOTHING = '#!/bin/sh\ncase "$*" in *-is-handshaker-supported) echo No; exit 0;; esac\nexit 89\n';

/**
 * @typedef {object} Summary
 * @property {'bogo'} suite
 * @property {number} pass
 * @property {number} tls of those that pass: over TLS records, without Encrypted ClientHello
 * @property {number} quic of those that pass: with QUIC's levels, without Encrypted ClientHello
 * @property {number} fail
 * @property {number} unimplemented
 * @property {number} disabled
 */

/**
 * @param {string[]} args
 * @returns {Promise<number>} the exit code: 0 when nothing fails
 */
export async function runBogo(args) {
  const { values } = parseArgs({
    args,
    options: {
      runner: { type: 'string' },
      json: { type: 'boolean', default: false },
      test: { type: 'string' },
      workers: { type: 'string', default: String(availableParallelism()) },
      ledger: { type: 'boolean', default: false },
    },
  });
  if (values.runner === undefined || !existsSync(values.runner)) {
    console.error(`--runner ${values.runner ?? ''}: not there; it is BoringSSL's ssl/test/runner, made by go test -c`);
    return 2;
  }
  const temporary = mkdtempSync(join(tmpdir(), 'hellofin-bogo-'));
  try {
    const runner = new Runner(resolve(values.runner), temporary, values.workers);
    const shim = await bundleShim(join(temporary, 'shim'));
    const results = await runner.run(shim, values.test);
    const excluded = await runner.run(script(temporary), Object.keys(disabledTests()).join(';'), true);
    const summary = summarize(results, values.test === undefined ? excluded : []);
    if (values.ledger)
      writeLedger(join(folder, 'ledger.md'), summary, disabledTests(), excluded, runner.unimplemented());
    if (values.json) console.log(JSON.stringify(summary));
    else report(results, summary);
    return summary.fail === 0 ? 0 : 1;
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** @typedef {{ readonly name: string, readonly result: 'PASS' | 'FAIL' | 'SKIP', readonly error: string }} Result */

class Runner {
  /** @param {string} binary @param {string} temporary @param {string} workers */
  constructor(binary, temporary, workers) {
    this.binary = binary;
    this.workers = workers;
    this.temporary = temporary;
    this.log = join(temporary, 'unimplemented');
  }

  /**
   * Runs tests with a shim.
   * @param {string} shim
   * @param {string | undefined} tests patterns with semicolons; all that are not disabled when undefined
   * @returns {Promise<Result[]>}
   */
  async run(shim, tests, includeDisabled = false) {
    const output = join(this.temporary, 'results.json');
    rmSync(output, { force: true });
    const options = ['-shim-path', shim, '-shim-config', config, '-allow-unimplemented', '-json-output', output];
    if (tests !== undefined) options.push('-test', tests);
    if (includeDisabled) options.push('-include-disabled');
    const said = await this.#spawn([...options, '-num-workers', this.workers, '-pipe']);
    if (!existsSync(output)) throw new Error(`the runner left no results\n${said.slice(-4000)}`);
    const { tests: byName } = JSON.parse(readFileSync(output, 'utf8'));
    return Object.entries(byName).map(([name, { actual, error = '' }]) => ({ name, result: actual, error }));
  }

  /** What the shim did not implement, one line a test. */
  unimplemented() {
    return existsSync(this.log) ? readFileSync(this.log, 'utf8').trimEnd().split('\n') : [];
  }

  /** @param {string[]} args @returns {Promise<string>} */
  #spawn(args) {
    const certificates = join(this.temporary, 'certificates');
    mkdirSync(certificates, { recursive: true });
    const env = { ...process.env, TMPDIR: certificates, HELLOFIN_BOGO_UNIMPLEMENTED: this.log };
    const child = spawn(this.binary, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    /** @type {Buffer[]} */
    const said = [];
    child.stdout.on('data', (chunk) => said.push(chunk));
    child.stderr.on('data', (chunk) => said.push(chunk));
    return new Promise((done, failed) => {
      child.once('error', failed);
      child.once('close', () => done(Buffer.concat(said).toString()));
    });
  }
}

/** @param {string} temporary */
function script(temporary) {
  const path = join(temporary, 'nothing');
  writeFileSync(path, NOTHING, { mode: 0o755 });
  return path;
}

/** @returns {Record<string, string>} reasons by pattern */
function disabledTests() {
  return JSON.parse(readFileSync(config, 'utf8')).DisabledTests;
}

/** @param {Result[]} results @param {Result[]} excluded @returns {Summary} */
function summarize(results, excluded) {
  /** @param {Result['result']} wanted */
  const count = (wanted) => results.filter(({ result }) => result === wanted).length;
  const passed = results.filter(({ name, result }) => result === 'PASS' && !name.includes('ECH'));
  return {
    suite: 'bogo',
    pass: count('PASS'),
    tls: passed.filter(({ name }) => !isQuic(name)).length,
    quic: passed.filter(({ name }) => isQuic(name)).length,
    fail: count('FAIL'),
    unimplemented: count('SKIP'),
    disabled: excluded.length,
  };
}

/**
 * The runner names the transport of a test in its name; what asks for QUIC's extension without QUIC ends otherwise.
 * @param {string} name
 */
function isQuic(name) {
  return name.includes('QUIC') && !/-TLS-TLS1\d?$/.test(name);
}

/** @param {Result[]} results @param {Summary} summary */
function report(results, { pass, tls, quic, fail, unimplemented, disabled }) {
  for (const { name, result, error } of results) if (result === 'FAIL') console.log(`✖ ${name}\n${error.trimEnd()}\n`);
  console.log(
    `${pass} pass (${tls} TLS, ${quic} QUIC without ECH), ${fail} fail, ${unimplemented} unimplemented, ${disabled} disabled`,
  );
}
