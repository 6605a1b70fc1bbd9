import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  requirePeer,
  run,
  runOpenssl,
  startNginx,
  startOpensslServer,
  startServer,
  tempDir,
} from '../support/peers.ts';

const openssl = requirePeer('openssl');
const nginx = requirePeer('nginx');
const curl = requirePeer('curl');

test('a program that ends keeps its exit code, output and input apart', async () => {
  const script = 'process.stdin.pipe(process.stdout); console.error("told"); process.exitCode = 3';
  const result = await run(process.execPath, ['-e', script], { stdin: 'asked' });
  expect(result).toEqual({ code: 3, stdout: 'asked', stderr: 'told\n' });
});

test('a program that hangs is killed', async () => {
  const result = await run(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeout: 300 });
  expect(result.code).toBeNull();
});

test('a server that ends before it accepts is an error with its output', async () => {
  const start = startServer(process.execPath, ['-e', 'console.log("no luck")'], { ready: /never/ });
  await expect(start).rejects.toThrow(/ended \(0\) before .*\nno luck/);
});

describe.skipIf(openssl === undefined)('openssl', () => {
  const dir = tempDir();
  const key = join(dir, 'key.pem');
  const certificate = join(dir, 'cert.pem');

  beforeAll(async () => {
    const made = await runOpenssl([
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate],
    ]);
    expect(made.code, made.stderr).toBe(0);
  });

  test('s_server accepts on a port of its own, s_client reaches it, and it is gone after stop', async () => {
    const server = await startOpensslServer(['-key', key, '-cert', certificate, '-tls1_3']);
    try {
      const target = ['-connect', `127.0.0.1:${server.port}`, '-CAfile', certificate];
      const client = await runOpenssl(['s_client', ...target], 'a line for the server\n');
      expect(client.stdout).toContain('Verify return code: 0 (ok)');
      await server.waitFor(/a line for the server/);
    } finally {
      await server.stop();
    }
    expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
  });

  test.skipIf(nginx === undefined || curl === undefined)('nginx serves curl', async () => {
    writeFileSync(join(dir, 'index.html'), 'served');
    const server = await startNginx(
      (port) => `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${certificate};
        ssl_certificate_key ${key}; root ${dir}; }`,
    );
    try {
      const url = `https://localhost:${server.port}/`;
      const resolve = ['--resolve', `localhost:${server.port}:127.0.0.1`];
      const result = await run(curl ?? 'curl', ['-sS', '--cacert', certificate, ...resolve, url]);
      expect(result).toEqual({ code: 0, stdout: 'served', stderr: '' });
    } finally {
      await server.stop();
    }
  });
});
