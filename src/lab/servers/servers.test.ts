/** What the scripted servers do with hellos in pieces, with what is no hello, and with those who go away. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createCa } from '../ca.ts';
import { httpsServer } from '../endpoints/https.ts';
import { nameFilter } from './name-filter.ts';
import { proxyProtocol } from './proxy-protocol.ts';
import { flipExtendedMasterSecret, flipFirstSuite, relay } from './relay.ts';
import { responder } from './responder.ts';
import { tls11Only } from './tls11.ts';
import { tls13Only } from './tls13-only.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Sends pieces, each in a packet of its own, and gives what came back until the end. */
async function say(port: number, ...pieces: readonly Uint8Array[]): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve, reject) => {
    socket.once('end', resolve);
    socket.once('error', reject);
  });
  for (const piece of pieces) {
    socket.write(piece);
    await sleep(5);
  }
  await ended;
  socket.destroy();
  return Buffer.concat(chunks);
}

/** A server that remembers what it read, and says "heard" to every 4 bytes. */
function listener(): { readonly server: Server; heard(): Buffer } {
  const chunks: Buffer[] = [];
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (Buffer.concat(chunks).length >= 4) socket.end('heard');
    });
  });
  return { server, heard: () => Buffer.concat(chunks) };
}

/** The smallest ClientHello of TLS 1.2 and older, in one record. */
function oldHello(version: number, suites: readonly number[]): Buffer {
  const list = Buffer.from(suites.flatMap((suite) => [suite >> 8, suite & 0xff]));
  const body = Buffer.concat([
    Buffer.from([version >> 8, version & 0xff]),
    Buffer.alloc(32, 7),
    Buffer.from([0, 0, list.length]),
    list,
    Buffer.from([1, 0]),
  ]);
  return inRecord(Buffer.concat([Buffer.from([1, 0, 0, body.length]), body]));
}

function inRecord(fragment: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([22, 3, 1, fragment.length >> 8, fragment.length & 0xff]), fragment]);
}

const RSA_AES_128_CBC = 0x002f;
const alert = (description: number, version = 2) => Buffer.from([21, 3, version, 0, 2, 2, description]);

const credential = createCa(Date.now()).issue({ names: ['a.example'], keyKind: 'rsa' });

test('a server of TLS 1.1 sends its whole flight to whom takes it', async () => {
  const port = await listening(tls11Only(credential));
  const answer = await say(port, oldHello(0x0302, [RSA_AES_128_CBC]));
  // Three records, ServerHello of version 3.2 first, ServerHelloDone last.
  expect([...answer.subarray(0, 3)]).toEqual([22, 3, 2]);
  expect(answer[5]).toBe(2);
  expect([...answer.subarray(9, 11)]).toEqual([3, 2]);
  expect([...answer.subarray(-4)]).toEqual([14, 0, 0, 0]);
});

test.each([
  ['one of TLS 1.0', oldHello(0x0301, [RSA_AES_128_CBC]), 70],
  ['one without its suites', oldHello(0x0302, [0x1301]), 40],
  ['what is no ClientHello', inRecord(Buffer.from([2, 0, 0, 0])), 50],
  ['a ClientHello that does not parse', inRecord(Buffer.from([1, 0, 0, 2, 3, 3])), 50],
  ['what is no TLS', Buffer.from('GET / HTTP/1.0\r\n\r\n'), 50],
])('and an alert to %s', async (_, hello, description) => {
  const port = await listening(tls11Only(credential));
  expect(await say(port, hello)).toEqual(alert(description));
});

test('a hello may come in pieces and in several records', async () => {
  const port = await listening(tls11Only(credential));
  const message = oldHello(0x0301, [RSA_AES_128_CBC]).subarray(5);
  const split = [inRecord(message.subarray(0, 3)), inRecord(message.subarray(3, 20)), inRecord(message.subarray(20))];
  const bytes = Buffer.concat(split);
  expect(await say(port, bytes.subarray(0, 2), bytes.subarray(2, 30), bytes.subarray(30))).toEqual(alert(70));
});

test('what follows the hello at once is no part of it', async () => {
  const port = await listening(tls11Only(credential));
  const compatible = Buffer.from([20, 3, 3, 0, 1, 1]);
  expect(await say(port, Buffer.concat([oldHello(0x0301, [RSA_AES_128_CBC]), compatible]))).toEqual(alert(70));
});

test('a hello without end is not waited for', async () => {
  const port = await listening(responder(0x0303, () => ({ messages: [] })));
  const endless = Buffer.concat([inRecord(Buffer.from([1, 0xff, 0xff, 0xff])), inRecord(Buffer.alloc(0xffff))]);
  expect(await say(port, endless, inRecord(Buffer.alloc(100)))).toEqual(alert(50, 3));
});

test('a server of TLS 1.3 refuses who offers nothing newer than 1.2', async () => {
  const port = await listening(tls13Only({ group: 0x0202 }));
  expect(await say(port, oldHello(0x0303, [0x1301]))).toEqual(alert(70, 3));
});

test('behind a PROXY header the rest is handed on, in whatever pieces it came', async () => {
  const { server, heard } = listener();
  const port = await listening(proxyProtocol(server));
  const answer = await say(
    port,
    Buffer.from('PRO'),
    Buffer.from('XY TCP4 192.0.2.1 127.0.0.1 1 2\r'),
    Buffer.from('\nabcd'),
  );
  expect(answer.toString()).toBe('heard');
  expect(heard().toString()).toBe('abcd');
});

test.each([
  ['what begins otherwise', Buffer.from('QUIT\r\n')],
  ['a TLS record', oldHello(0x0303, [0x1301])],
  ['a header that does not end', Buffer.from(`PROXY ${'x'.repeat(200)}`)],
])('%s is closed without a word', async (_, bytes) => {
  const { server, heard } = listener();
  const port = await listening(proxyProtocol(server));
  expect(await say(port, bytes)).toHaveLength(0);
  expect(heard()).toHaveLength(0);
});

test('a filter by name hands on who names nobody, whole', async () => {
  const { server, heard } = listener();
  const port = await listening(nameFilter([], server));
  const hello = oldHello(0x0303, [0x1301]);
  expect((await say(port, hello)).toString()).toBe('heard');
  expect(heard()).toEqual(hello);
});

test('and closes on what is no hello', async () => {
  const { server, heard } = listener();
  const port = await listening(nameFilter([], server));
  expect(await say(port, Buffer.from('hello there'))).toHaveLength(0);
  expect(heard()).toHaveLength(0);
});

test('the relay changes one bit of the first suite and nothing else, and passes both ways', async () => {
  const { server, heard } = listener();
  const port = await listening(relay(server, flipFirstSuite));
  const hello = oldHello(0x0303, [0x1301, 0x1302]);
  expect((await say(port, hello)).toString()).toBe('heard');
  const expected = Buffer.from(hello);
  const suite = expected.indexOf(Buffer.from([0x13, 0x01]));
  expected[suite] = 0x93;
  expect(heard()).toEqual(expected);
});

test('extended_master_secret gets another type, and a hello without it stays as it is', () => {
  const flight = Uint8Array.of(0, 5, 0, 1, 1, 0, 23, 0, 0, 0xff, 1, 0, 1, 0);
  flipExtendedMasterSecret(flight);
  expect([...flight]).toEqual([0, 5, 0, 1, 1, 0x80, 23, 0, 0, 0xff, 1, 0, 1, 0]);
  const without = oldHello(0x0303, [0x1301]);
  const before = Buffer.from(without);
  flipExtendedMasterSecret(without);
  expect(without).toEqual(before);
});

test('the relay ends with what stands behind it', async () => {
  const behind = httpsServer(credential);
  const server = relay(behind, () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await expect.poll(() => behind.listening).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(behind.listening).toBe(false);
});
