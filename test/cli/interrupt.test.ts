/** Several targets at once: what is told of each, also when the user interrupts, and where it goes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseRuns } from '../../src/cli/run-file.ts';
import { type Lab, startLab } from '../../src/lab/index.ts';
import { run, tempDir } from '../support/peers.ts';
import { command, hellofin, parseDocument, surroundings } from './command.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ only: ['healthy', 'expired', 'silent'] });
});

afterAll(() => lab.close());

/** Arguments for endpoints of the lab, by their ids. */
function endpoints(...ids: string[]): string[] {
  return [...ids.map((id) => lab.endpoint(id).target), '--ca', lab.caFile, '--resolver', lab.resolver];
}

interface Interrupted {
  readonly code: unknown;
  readonly stdout: string;
}

/**
 * Runs the command, interrupts it when the quick targets are done, and gives what it printed. Nothing outside tells when
 * that is: a machine that was not as far as `isLate` wants gets more time.
 */
async function interrupt(args: readonly string[], isLate: (run: Interrupted) => boolean): Promise<Interrupted> {
  let last = await interruptAfter(2_500, args);
  for (const delay of [5_000, 10_000, 20_000]) {
    if (isLate(last)) break;
    last = await interruptAfter(delay, args);
  }
  return last;
}

async function interruptAfter(delay: number, args: readonly string[]): Promise<Interrupted> {
  const child: ChildProcess = spawn(process.execPath, [command, ...args, '--timeout', '60s'], {
    env: { ...process.env, ...surroundings },
  });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const timer = setTimeout(() => child.kill('SIGINT'), delay);
  const code = await ended;
  clearTimeout(timer);
  return { code, stdout: Buffer.concat(chunks).toString() };
}

describe('interrupted', () => {
  test('what is finished is printed, and the rest is said to be not', async () => {
    const { code, stdout } = await interrupt(endpoints('expired', 'silent', 'healthy'), ({ stdout }) =>
      stdout.includes('1 interrupted'),
    );
    expect(code).toBe(130);
    expect(stdout).toContain('error[CERT_EXPIRED]');
    expect(stdout).toContain(`✔ ${lab.endpoint('healthy').target} healthy`);
    expect(stdout).toMatch(/\n\n3 targets: 1 healthy, 1 with findings, 1 interrupted\n$/);
  });

  test('as JSON, and saved', async () => {
    const file = join(tempDir(), 'run.json');
    const { code, stdout } = await interrupt(
      [...endpoints('silent', 'healthy'), '--json', '--save', file],
      ({ stdout }) => stdout.includes('"healthy"'),
    );
    expect(code).toBe(130);
    const document = parseDocument(stdout);
    expect(document.exitCode).toBe(130);
    expect(document.results).toMatchObject([{ status: 'interrupted' }, { status: 'healthy' }]);
    expect(parseRuns(readFileSync(file, 'utf8'), file).map(({ target }) => target.text)).toEqual([
      lab.endpoint('healthy').target,
    ]);
  });

  test('with -o nothing goes to standard output, and nothing of before stays', async () => {
    const file = join(tempDir(), 'report.json');
    writeFileSync(file, `${'x'.repeat(10_000)}\n`);
    const some = await interrupt([...endpoints('silent', 'healthy'), '--json', '-o', file], () =>
      readFileSync(file, 'utf8').includes('"healthy"'),
    );
    expect([some.code, some.stdout]).toEqual([130, '']);
    expect(parseDocument(readFileSync(file, 'utf8')).results).toHaveLength(2);
    const none = await interrupt([...endpoints('silent'), '--json', '-o', file], ({ code }) => code === 130);
    expect([none.code, none.stdout]).toEqual([130, '']);
    expect(parseDocument(readFileSync(file, 'utf8')).error?.code).toBe('INTERRUPTED');
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)('the lab ends by %s and leaves nothing', async (signal) => {
  const child = spawn(process.execPath, [command, 'lab', '--json'], { env: { ...process.env, ...surroundings } });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let printed = '';
  const ca = await new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const path = /"ca": "([^"]+)"/.exec(printed)?.[1];
      if (path !== undefined) resolve(path);
    });
  });
  expect(existsSync(ca)).toBe(true);
  child.kill(signal);
  expect(await ended).toBe(130);
  expect(existsSync(dirname(ca))).toBe(false);
});

describe('files', () => {
  test.each([['-o'], ['--save']])(
    '%s into a folder that does not exist is told before anything is done',
    async (flag) => {
      const [, ...flags] = endpoints('healthy');
      const other = join(tempDir(), 'run.json');
      const save = flag === '-o' ? ['--save', other] : [];
      let connections = 0;
      const server = createServer((socket) => {
        connections++;
        socket.destroy();
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const { port } = server.address() as AddressInfo;
      const args = [`127.0.0.1:${port}`, ...flags, flag, 'no/such/folder/x', ...save];
      const { code, stderr } = await hellofin(args);
      server.close();
      expect([code, stderr]).toEqual([2, 'hellofin: cannot write no/such/folder/x: ENOENT\n']);
      expect(connections).toBe(0);
      expect(existsSync(other)).toBe(false);
    },
  );

  test('a file is read before it is written', async () => {
    const file = join(tempDir(), 'run.json');
    await hellofin([...endpoints('expired'), '--save', file]);
    const { code } = await hellofin(['explain', file, '-o', file]);
    expect(code).toBe(1);
    expect(readFileSync(file, 'utf8')).toContain('error[CERT_EXPIRED]');
  });

  test('one that cannot hold it all is told', async () => {
    const { code, stderr } = await hellofin([...endpoints('healthy'), '-o', '/dev/full']);
    expect([code, stderr]).toEqual([2, 'hellofin: cannot write /dev/full: ENOSPC\n']);
  });

  test('a named pipe is one too', async () => {
    const script = 'cd "$1"; shift; mkfifo pipe; "$@" -o pipe & cat pipe; wait';
    const args = [...endpoints('healthy'), '--json'];
    const { stdout } = await run('sh', ['-c', script, 'sh', tempDir(), process.execPath, command, ...args]);
    expect(parseDocument(stdout).results).toMatchObject([{ status: 'healthy' }]);
  });
});

describe('the summary of several targets', () => {
  test('is the last line', async () => {
    const { code, stdout } = await hellofin([...endpoints('healthy', 'expired'), 'http://localhost']);
    expect(code).toBe(2);
    expect(stdout).toMatch(/\n\n3 targets: 1 healthy, 1 with findings, 1 not checked\n$/);
  });

  test('counts what could not be measured', async () => {
    const { stdout } = await hellofin([
      '127.0.0.1:9',
      'shop.example',
      '--resolver',
      'udp://127.0.0.1:9',
      '--timeout',
      '1s',
    ]);
    expect(stdout).toMatch(/\n\n2 targets: 1 with findings, 1 not measured\n$/);
  });

  test('is left out for one, with -q and in JSON', async () => {
    for (const args of [
      endpoints('healthy'),
      [...endpoints('healthy', 'expired'), '-q'],
      [...endpoints('healthy', 'expired'), '--json'],
    ]) {
      expect((await hellofin(args)).stdout).not.toContain('targets:');
    }
  });
});
