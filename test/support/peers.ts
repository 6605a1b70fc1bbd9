/**
 * Real peers for the interop tests: finds the programs, runs them, starts servers on loopback and stops them.
 *
 * A program is looked up in HELLOFIN_<NAME> (a path or a wrapper script), then on the PATH. A missing one makes a
 * test skip with a printed reason, and fail when HELLOFIN_REQUIRE=1:
 *
 *     const openssl = requirePeer('openssl');
 *     describe.skipIf(openssl === undefined)('openssl s_server', () => { ... });
 *
 * test/interop/mkroot unpacks the peers that a stable Debian does not have. CONTRIBUTING.md lists them.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where each peer is looked for on the PATH, and what its version output must match there. */
const peers = {
  openssl: { programs: ['openssl'], version: undefined },
  openssl35: { programs: ['openssl'], version: /^OpenSSL (3\.([5-9]|\d\d)|[4-9])/ },
  // Known by their variables only, where there are none of a machine's own.
  openssl40: { programs: [], version: undefined },
  gnutlscli: { programs: ['gnutls-cli'], version: undefined },
  gnutlsserv: { programs: ['gnutls-serv'], version: undefined },
  gnutlscli38: { programs: [], version: undefined },
  gnutlsserv38: { programs: [], version: undefined },
  nginx: { programs: ['nginx'], version: undefined },
  nginx126: { programs: [], version: undefined },
  curl: { programs: ['curl'], version: undefined },
  curlnext: { programs: [], version: undefined },
  chromium: { programs: ['chromium'], version: undefined },
  java: { programs: ['java'], version: undefined },
  javac: { programs: ['javac'], version: undefined },
  dig: { programs: ['dig'], version: undefined },
  go: { programs: ['go'], version: undefined },
  gonext: { programs: [], version: undefined },
  node20: { programs: ['node'], version: /^v20\./ },
  node22: { programs: ['node'], version: /^v22\./ },
  node24: { programs: ['node'], version: /^v24\./ },
  node26: { programs: ['node'], version: /^v26\./ },
} as const;

/** A program that the interop tests know. */
export type PeerName = keyof typeof peers;

const isRequired = process.env.HELLOFIN_REQUIRE === '1';
const found = new Map<PeerName, string | undefined>();
const reported = new Set<string>();

/** The program that plays `name`, or undefined when this machine has none. */
function peer(name: PeerName): string | undefined {
  if (!found.has(name)) found.set(name, findPeer(name));
  return found.get(name);
}

/** As {@link peer}; says why a test will skip, and throws instead where HELLOFIN_REQUIRE=1. */
export function requirePeer(name: PeerName): string | undefined {
  const path = peer(name);
  if (path === undefined) missing(`${name} is not on this machine: install it or set ${variable(name)}=PATH`);
  return path;
}

/**
 * The folder of published test data, from HELLOFIN_VECTORS; undefined when there is none. Reports and throws as
 * {@link requirePeer} does.
 */
export function requireVectors(): string | undefined {
  const path = process.env.HELLOFIN_VECTORS;
  if (path !== undefined && existsSync(path)) return path;
  missing('no test vectors: set HELLOFIN_VECTORS=DIR');
  return undefined;
}

/** What a program that ended left behind. `code` is null when a signal ended it. */
export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a program. */
export interface RunOptions {
  /** Written to its standard input, which is then closed. */
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until it is killed; 60,000 unless given. */
  readonly timeout?: number;
}

/** Runs a program to its end. Never rejects for an exit code. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = start(command, args, options);
  const output = collect(child);
  child.stdin?.on('error', () => undefined); // it may end before it has read everything
  child.stdin?.end(options.stdin ?? '');
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeout ?? 60_000);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: output.stdout(), stderr: output.stderr() });
    });
  });
}

/** A peer that serves on 127.0.0.1. */
export interface PeerServer {
  readonly port: number;
  readonly pid: number;
  /** Everything that it printed so far, stdout then stderr. */
  output(): string;
  /** Writes to its standard input. */
  write(text: string): void;
  /** Resolves once `pattern` stands in the output. Rejects when it ends or 60 s pass before. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** Ends it and resolves when it is gone. May be called twice. */
  stop(): Promise<void>;
}

/** How to start a server. */
export interface ServerOptions extends Omit<RunOptions, 'stdin' | 'timeout'> {
  /** What it prints once it accepts; the port is its group 1. Without it a connection to `port` tells. */
  readonly ready?: RegExp;
  /** The port that it was told to listen on, where `ready` does not say. */
  readonly port?: number;
}

/** Starts a server and resolves when it accepts connections. */
export async function startServer(
  command: string,
  args: readonly string[],
  options: ServerOptions,
): Promise<PeerServer> {
  const child = start(command, args, options);
  const output = collect(child);
  const gone = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  const text = () => output.stdout() + output.stderr();
  const poll = async <T>(what: string, test: () => T | Promise<T>): Promise<NonNullable<T>> => {
    for (const end = Date.now() + 60_000; ; await sleep(10)) {
      const result = await test();
      if (result !== null && result !== undefined && result !== false) return result;
      const ended = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
      if (!ended && Date.now() < end) continue;
      throw new Error(`${command}: ${ended ? `ended (${child.exitCode})` : 'waited 60 s'} before ${what}\n${text()}`);
    }
  };
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(timer);
  };
  const waitFor = (pattern: RegExp) => poll(`${pattern}`, () => pattern.exec(text()));
  try {
    let port = options.port ?? 0;
    if (options.ready !== undefined) port = Number((await waitFor(options.ready))[1] ?? port);
    else await poll('it accepts', () => accepts(port));
    child.stdin?.on('error', () => undefined);
    return { port, pid: child.pid ?? 0, output: text, write: (line) => child.stdin?.write(line), waitFor, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** `openssl s_server ARGS` on a port of its own. `program` picks another openssl than the machine's. */
export function startOpensslServer(args: readonly string[], program = command('openssl')): Promise<PeerServer> {
  return startServer(program, ['s_server', '-accept', '127.0.0.1:0', ...args], { ready: /^ACCEPT \S+:(\d+)$/m });
}

/** `openssl ARGS` to its end. */
export function runOpenssl(
  args: readonly string[],
  stdin?: string | Uint8Array,
  program = command('openssl'),
): Promise<RunResult> {
  return run(program, args, stdin === undefined ? {} : { stdin });
}

/**
 * nginx with the `server` blocks that `servers` writes for a free port, as one foreground process.
 * @param program another one than the machine's. @param level of its log, which is its output.
 */
export async function startNginx(
  servers: (port: number) => string,
  program = command('nginx'),
  level = 'info',
): Promise<PeerServer> {
  const port = await freePort();
  const dir = tempDir();
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`);
  writeFileSync(
    join(dir, 'nginx.conf'),
    `daemon off; master_process off; pid ${dir}/pid; error_log stderr ${level}; events {}
     http { access_log off; ${paths.join(' ')} ${servers(port)} }`,
  );
  return startServer(program, ['-e', 'stderr', '-p', dir, '-c', 'nginx.conf'], { port });
}

/** A fresh folder that goes away after the test run. */
export function tempDir(): string {
  return mkdtempSync(join(runFolder(), 'test-'));
}

/** A TCP port on 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Made and removed by the run's global set-up, together with the processes named in its folder `pids`. */
function runFolder(): string {
  const root = process.env.HELLOFIN_TMP;
  if (root === undefined) throw new Error('test/support/peers.ts works under vitest only');
  return root;
}

function command(name: PeerName): string {
  const path = peer(name);
  if (path === undefined) throw new Error(`${name} is not on this machine`);
  return path;
}

function variable(name: PeerName): string {
  return `HELLOFIN_${name.toUpperCase()}`;
}

function findPeer(name: PeerName): string | undefined {
  const given = process.env[variable(name)];
  if (given !== undefined && given !== '') {
    if (!existsSync(given)) throw new Error(`${variable(name)}=${given}: no such file`);
    return given;
  }
  const { programs, version } = peers[name];
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const candidates = folders.flatMap((folder) => programs.map((program: string) => join(folder, program)));
  return candidates.filter((path) => existsSync(path)).find((path) => version === undefined || matches(path, version));
}

function matches(path: string, version: RegExp): boolean {
  const flag = path.endsWith('node') ? '--version' : 'version';
  return version.test(execFileSync(path, [flag], { encoding: 'utf8' }));
}

function missing(reason: string): void {
  if (isRequired) throw new Error(`${reason} (HELLOFIN_REQUIRE=1)`);
  if (reported.has(reason)) return;
  reported.add(reason);
  console.warn(`skipped: ${reason}`);
}

function start(program: string, args: readonly string[], options: RunOptions | ServerOptions): ChildProcess {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  });
  if (child.pid !== undefined) {
    const note = join(runFolder(), 'pids', String(child.pid));
    writeFileSync(note, program);
    child.once('exit', () => rmSync(note, { force: true }));
  }
  return child;
}

function collect(child: ChildProcess): { stdout(): string; stderr(): string } {
  const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  child.stdout?.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  return {
    stdout: () => Buffer.concat(chunks.stdout).toString(),
    stderr: () => Buffer.concat(chunks.stderr).toString(),
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
