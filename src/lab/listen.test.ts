import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { listen } from './listen.ts';
import { startRepository } from './repository.ts';

function outcome(port: number, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve('connected');
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? ''));
  });
}

test('a port without a server refuses, and nobody else can have it', async () => {
  const { port, stop } = await listen({});
  expect(await outcome(port)).toBe('ECONNREFUSED');
  const other = createServer();
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => {
    other.once('error', resolve);
    other.listen(port, '127.0.0.1');
  });
  expect(error.code).toBe('EADDRINUSE');
  await stop();
});

test('stopping ends the connections too', async () => {
  const server = createServer();
  const { port, hasIpv6, stop } = await listen({ server });
  expect(hasIpv6).toBe(false);
  const socket = connect(port, '127.0.0.1');
  await new Promise((resolve) => server.once('connection', resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await stop();
  await closed;
  expect(await outcome(port)).toBe('ECONNREFUSED');
});

test('both families have one port, where this machine has both', async () => {
  const { port, hasIpv6, stop } = await listen({ server: createServer(), server6: createServer() });
  expect(await outcome(port)).toBe('connected');
  expect(await outcome(port, '::1')).toMatch(hasIpv6 ? /^connected$/ : /^E/);
  await stop();
  expect(await outcome(port)).toBe('ECONNREFUSED');
});

test('a repository serves what was published, and nothing else', async () => {
  const repository = await startRepository();
  const url = repository.publish(Uint8Array.of(0x30, 0));
  const other = repository.publish(Uint8Array.of(0x30, 1));
  expect(other).not.toBe(url);
  const found = await fetch(url);
  expect(found.headers.get('content-type')).toBe('application/pkix-cert');
  expect(new Uint8Array(await found.arrayBuffer())).toEqual(Uint8Array.of(0x30, 0));
  for (const path of ['/', '/7.cer', '/0.cer.bak', '/-1.cer']) {
    expect((await fetch(new URL(path, url))).status).toBe(404);
  }
  await repository.close();
  await expect(fetch(url)).rejects.toThrow();
});
