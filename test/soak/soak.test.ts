/** `npm run soak` in small: every stage runs, every limit is met, nothing is left, and no handshake grows it by kilobytes. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const RUN = fileURLToPath(new URL('run.mjs', import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function soak(...args: readonly string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [RUN, ...args]);
  const [out, err] = [[] as Buffer[], [] as Buffer[]];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  return new Promise((resolve) => {
    child.once('close', (code) =>
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    );
  });
}

describe('npm run soak, in small', () => {
  test.each([
    ['handshakes-memory', ['--handshakes', '1600'], 800],
    ['handshakes-sockets', ['--handshakes', '1600'], 800],
    ['bytes', ['--bytes', '50000000'], 50_000_000],
    ['idle', ['--idle', '30'], 180],
    ['peers', ['--peers', '348'], 348],
  ])(
    '%s',
    async (stage, amount, done) => {
      const { code, out, err } = await soak('--only', stage, ...amount, '--minutes', '4', '--json');
      expect(err).toMatch(new RegExp(`^${stage} `));
      expect(JSON.parse(out)).toMatchObject({
        passed: true,
        stages: [{ name: stage, done: expect.toSatisfy((count: number) => count >= done), failures: [] }],
      });
      expect(code).toBe(0);
    },
    300_000,
  );

  test('what is not done in time has failed', async () => {
    const { code, out } = await soak('--only', 'idle', '--idle', '40', '--minutes', '0.001');
    expect([code, out]).toEqual([1, expect.stringMatching(/FAILED: 40 of 240 connections when the time was over/)]);
  });

  test.each([
    [['--bytes', 'many'], /--bytes takes a number/],
    [['--idle', '0'], /--idle takes a number/],
    [['--only', 'nothing'], /no stage nothing: handshakes-memory, /],
  ])('refuses %j', async (args, complaint) => {
    expect(await soak(...args)).toEqual({ code: 2, out: '', err: expect.stringMatching(complaint) });
  });
});
