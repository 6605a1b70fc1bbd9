import { once } from 'node:events';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ConnectOptions, connect, createServer, type ServerOptions, TLSSocket } from '../../src/node/index.ts';
import type { TlsEvent } from '../../src/tls/index.ts';
import { type TestCa, type TestCertificate, testCa } from '../support/pki.ts';
import { duplexPair, errorOf, listen, readAll } from '../support/sockets.ts';

let ca: TestCa;
let healthy: TestCertificate;
const open: Duplex[] = [];
const servers: net.Server[] = [];

beforeAll(() => {
  ca = testCa();
  healthy = ca.issue();
});

/** Remembers what is to be destroyed in the end. Errors that a test does not look at are none of its business. */
function keep(...streams: Duplex[]): void {
  for (const stream of streams) open.push(stream.on('error', () => undefined));
}

afterEach(async () => {
  for (const stream of open.splice(0)) stream.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

interface Pair {
  readonly client: TLSSocket;
  readonly server: TLSSocket;
  /** The transports. */
  readonly below: { readonly client: Duplex; readonly server: Duplex };
}

/** Both ends over two Duplexes in memory, not yet connected. */
function inMemory(more: { client?: Partial<ConnectOptions>; server?: Partial<ServerOptions> } = {}): Pair {
  const [a, b] = duplexPair();
  const server = new TLSSocket(b, { ...healthy, isServer: true, ...more.server });
  const client = connect({ socket: a, host: 'localhost', ca: ca.cert, ...more.client });
  keep(client, server, a, b);
  return { client, server, below: { client: a, server: b } };
}

/** Both ends over TCP on loopback, connected. */
async function overTcp(
  more: { client?: Partial<ConnectOptions>; server?: Partial<ServerOptions> } = {},
): Promise<Pair> {
  const listener = createServer({ ...healthy, ...more.server });
  servers.push(listener);
  const below = once(listener, 'connection') as Promise<[net.Socket]>;
  const accepted = once(listener, 'secureConnection') as Promise<[TLSSocket]>;
  const socket = net.connect({ port: await listen(listener), host: '127.0.0.1', noDelay: true });
  const client = connect({ socket, host: 'localhost', ca: ca.cert, ...more.client });
  const [[server], [transport]] = await Promise.all([accepted, below, once(client, 'secureConnect')]);
  keep(client, server, socket, transport);
  return { client, server, below: { client: socket, server: transport } };
}

const both = [
  ['in memory', async () => inMemory()],
  ['over TCP', () => overTcp()],
] as const;

describe.each(both)('%s', (_name, make) => {
  test('what is written before the handshake arrives after it, in order', async () => {
    const { client, server } = await make();
    for (const text of ['one ', 'two ', 'three']) client.write(text);
    client.end();
    expect((await readAll(server)).toString()).toBe('one two three');
  });

  test.each(['client', 'server'] as const)('the %s ends first and reads on', async (first) => {
    const pair = await make();
    const [early, late] = first === 'client' ? [pair.client, pair.server] : [pair.server, pair.client];
    late.allowHalfOpen = true;
    early.end('question');
    expect((await readAll(late)).toString()).toBe('question');
    expect(late.writable).toBe(true);
    await sleep(10);
    late.write('ans');
    await sleep(10);
    late.end('wer');
    expect((await readAll(early)).toString()).toBe('answer');
    await Promise.all([early, late].map((one) => one.closed || once(one, 'close')));
    expect([early.truncated, late.truncated]).toEqual([false, false]);
  });

  test('without allowHalfOpen an end is answered by an end', async () => {
    const { client, server } = await make();
    client.end('x');
    server.resume();
    client.resume();
    const closed = await Promise.all([once(client, 'close'), once(server, 'close')]);
    expect(closed).toEqual([[false], [false]]);
  });

  test.each(['client', 'server'] as const)('20 MB from the %s to a slow reader, in bounded memory', async (from) => {
    const pair = await make();
    const [writer, reader] = from === 'client' ? [pair.client, pair.server] : [pair.server, pair.client];
    const below = from === 'client' ? pair.below.client : pair.below.server;
    const chunk = Buffer.alloc(100_000, 'x');
    const total = 200 * chunk.length;
    let peak = 0;
    const write = async () => {
      for (let sent = 0; sent < total; sent += chunk.length) {
        if (!writer.write(chunk)) await once(writer, 'drain');
        peak = Math.max(peak, below.writableLength + writer.writableLength + reader.readableLength);
      }
      writer.end();
    };
    const read = async () => {
      let received = 0;
      for await (const data of reader) {
        received += (data as Buffer).length;
        if (received % 32 === 0) await sleep(1);
      }
      return received;
    };
    const [received] = await Promise.all([read(), write()]);
    expect(received).toBe(total);
    expect(peak).toBeLessThan(1_000_000);
  });

  test('one write of 5 MB is not encrypted all at once', async () => {
    const { client, server, below } = await make();
    await (client.secureConnecting ? once(client, 'secureConnect') : undefined);
    const done = new Promise((resolve) => client.write(Buffer.alloc(5_000_000), resolve));
    await sleep(20);
    expect(below.client.writableLength).toBeLessThan(600_000);
    client.end();
    expect((await readAll(server)).length).toBe(5_000_000);
    expect(await done).toBeFalsy();
  });

  test('who does not read holds up the writer', async () => {
    const { client, server } = await make();
    server.pause();
    let taken = 0;
    const chunk = Buffer.alloc(4096);
    const write = () => {
      client.write(chunk, (error) => {
        if (error) return;
        taken += chunk.length;
        write();
      });
    };
    write();
    // Between two ends of TCP the kernel's buffers must fill up first, and they grow while they do.
    let held = -1;
    for (let still = 0; still < 5; still = taken > 0 && taken === held ? still + 1 : 0) {
      held = taken;
      expect(taken).toBeLessThan(64_000_000);
      await sleep(60);
    }
    expect(server.readableLength).toBeLessThan(300_000);
  });

  test('the transport ends without close_notify: an error, after the data', async () => {
    const { client, server, below } = await make();
    server.write('half of it');
    await once(client, 'readable');
    below.server.end();
    await sleep(20);
    expect(client.destroyed).toBe(false);
    const failed = errorOf(client);
    expect(client.read()?.toString()).toBe('half of it');
    expect(await failed).toMatchObject({ code: 'CONNECTION_TRUNCATED' });
    expect(client.truncated).toBe(true);
    expect(client.readableEnded).toBe(false);
  });

  test('destroyed amidst the handshake, both ends are told', async () => {
    const [a, b] = duplexPair();
    const server = new TLSSocket(b, { ...healthy, isServer: true });
    const client = connect({ socket: a, host: 'localhost', ca: ca.cert });
    keep(server, client);
    const written = new Promise((resolve) => client.write('never sent', resolve));
    client.destroy();
    expect(await errorOf(server)).toMatchObject({ code: 'ECONNRESET' });
    expect(await written).toMatchObject({ code: 'ERR_STREAM_DESTROYED' });
    if (!client.closed) await once(client, 'close');
    expect(client.secureConnecting).toBe(true);
  });
});

test('a transport with text in place of bytes is refused', () => {
  const [a] = duplexPair();
  a.setEncoding('utf8');
  expect(() => connect({ socket: a })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
});

test('a transport that is gone after the peer has ended leaves nothing open', async () => {
  const { client, server, below } = await overTcp();
  client.allowHalfOpen = true;
  client.resume();
  server.end();
  await once(client, 'end');
  expect(client.writable).toBe(true);
  below.client.destroy();
  await once(client, 'close');
  expect(client.destroyed).toBe(true);
});

test('truncation: end is an end, and says so', async () => {
  const { client, server, below } = inMemory({ client: { truncation: 'end' } });
  await once(client, 'secureConnect');
  server.write('self-delimited');
  below.server.end();
  expect((await readAll(client)).toString()).toBe('self-delimited');
  expect(client.truncated).toBe(true);
});

test('a refused connection is the error of TCP', async () => {
  const server = net.createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  const client = connect({ port, host: '127.0.0.1' });
  expect(await errorOf(client)).toMatchObject({ code: 'ECONNREFUSED', port });
});

test('a server that hangs up during the handshake is what node:tls calls it', async () => {
  const server = net.createServer((socket) => void socket.once('data', () => socket.end()));
  servers.push(server);
  const client = connect({ port: await listen(server), host: '127.0.0.1' });
  keep(client);
  expect(await errorOf(client)).toMatchObject({
    code: 'ECONNRESET',
    message: 'Client network socket disconnected before secure TLS connection was established',
  });
});

describe('time', () => {
  test('a silent client is given up by the server', async () => {
    const server = createServer({ ...healthy, handshakeTimeout: 50 });
    servers.push(server);
    const failed = once(server, 'tlsClientError') as Promise<[Error]>;
    const silent = net.connect(await listen(server), '127.0.0.1');
    keep(silent);
    expect((await failed)[0]).toMatchObject({ code: 'ERR_TLS_HANDSHAKE_TIMEOUT' });
    await once(silent.resume(), 'close');
  });

  test('a silent server is given up by the client', async () => {
    const [a] = duplexPair();
    const client = connect({ socket: a, host: 'localhost', handshakeTimeout: 50 });
    expect(await errorOf(client)).toMatchObject({ code: 'ERR_TLS_HANDSHAKE_TIMEOUT' });
    expect(a.destroyed).toBe(true);
  });

  test.each(both)("'timeout' tells of silence and closes nothing, %s", async (_name, make) => {
    const { client, server } = await make();
    const told = vi.fn();
    client.setTimeout(60, told);
    await once(client, 'timeout');
    expect(told).toHaveBeenCalledTimes(1);
    client.write('still here');
    expect((await once(server, 'data'))[0].toString()).toBe('still here');
    client.setTimeout(0);
    expect(client.timeout ?? 0).toBe(0);
    client.destroy();
  });

  test('traffic puts it off', async () => {
    const { client, server } = inMemory();
    await once(client, 'secureConnect');
    const told = vi.fn();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      client.setTimeout(150, told);
      for (let i = 0; i < 8; i++) {
        vi.advanceTimersByTime(149);
        server.write('.');
        await once(client, 'data');
      }
      expect(told).not.toHaveBeenCalled();
      vi.advanceTimersByTime(150);
      expect(told).toHaveBeenCalledTimes(1);
    } finally {
      vi.useRealTimers();
    }
    client.destroy();
  });

  test('an AbortSignal destroys it, before and after the handshake', async () => {
    const early = new AbortController();
    const first = inMemory({ client: { signal: early.signal } });
    early.abort();
    expect(await errorOf(first.client)).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
    const late = new AbortController();
    const second = inMemory({ client: { signal: late.signal } });
    await once(second.client, 'secureConnect');
    late.abort();
    expect(await errorOf(second.client)).toMatchObject({ name: 'AbortError' });
    const aborted = connect({ socket: duplexPair()[0], signal: AbortSignal.abort() });
    expect(await errorOf(aborted)).toMatchObject({ name: 'AbortError' });
  });
});

describe('what leaves when', () => {
  test('each flight is one write, and the first data rides with the last flight', async () => {
    const { client, server, below } = inMemory();
    const writes = { client: 0, server: 0 };
    for (const side of ['client', 'server'] as const) {
      const transport = below[side];
      const write = transport._write.bind(transport);
      transport._write = (chunk, encoding, done) => {
        writes[side]++;
        write(chunk, encoding, done);
      };
      transport._writev = (items, done) => {
        transport._write(Buffer.concat(items.map(({ chunk }) => chunk)), 'latin1', done);
      };
    }
    client.once('secureConnect', () => client.write('with the Finished'));
    expect((await once(server, 'data'))[0].toString()).toBe('with the Finished');
    // The server's second flight are its tickets.
    expect(writes).toEqual({ client: 2, server: 2 });
  });

  test('memory is freed only when nobody else looks at what the transport emits', async () => {
    const heard: Buffer[] = [];
    const server = createServer({ ...healthy });
    servers.push(server);
    server.on('connection', (transport: net.Socket) => transport.on('data', (chunk) => heard.push(chunk)));
    const accepted = once(server, 'secureConnection');
    const client = connect({ port: await listen(server), host: '127.0.0.1', servername: 'localhost', ca: ca.cert });
    keep(client);
    const sent = Buffer.alloc(1_000_000, 'data');
    client.write(sent);
    const [socket] = await accepted;
    keep(socket);
    client.end();
    expect((await readAll(socket)).equals(sent)).toBe(true);
    expect(Buffer.concat(heard).length).toBe(socket.bytesRead);
  });

  test('small writes share a record', async () => {
    const events: TlsEvent[] = [];
    const { client, server } = inMemory({ client: { trace: (event) => void events.push(event) } });
    await once(client, 'secureConnect');
    events.length = 0;
    client.cork();
    for (let i = 0; i < 100; i++) client.write('0123456789');
    client.uncork();
    client.end();
    expect((await readAll(server)).length).toBe(1000);
    const records = events.filter((event) => event.kind === 'record' && event.direction === 'sent');
    expect(records.map((record) => record.kind === 'record' && record.contentLength)).toEqual([1000, 2]);
  });

  test('setMaxSendFragment', async () => {
    const lengths: number[] = [];
    const trace = (event: TlsEvent) => {
      if (event.kind === 'record' && event.direction === 'sent') lengths.push(event.contentLength);
    };
    const { client, server } = inMemory({ client: { trace } });
    await once(client, 'secureConnect');
    lengths.length = 0;
    expect(client.setMaxSendFragment(511)).toBe(false);
    expect(client.setMaxSendFragment(1000)).toBe(true);
    client.end(Buffer.alloc(2500));
    expect((await readAll(server)).length).toBe(2500);
    expect(lengths).toEqual([1000, 1000, 500, 2]);
  });

  test('a fatal alert arrives although input was left unread', async () => {
    const server = createServer({ ...healthy });
    servers.push(server);
    const client = net.connect(await listen(server), '127.0.0.1');
    keep(client);
    const emptyClientHello = Buffer.from([0x16, 3, 1, 0, 4, 1, 0, 0, 0]);
    client.write(Buffer.concat([emptyClientHello, Buffer.alloc(500_000, 'x')]));
    const decodeError = Buffer.from([0x15, 3, 3, 0, 2, 2, 50]);
    expect(await readAll(client)).toEqual(decodeError);
  });
});

test('a stream under TLS under TLS', async () => {
  const outer = inMemory();
  const server = new TLSSocket(outer.server, { ...healthy, isServer: true });
  const client = connect({ socket: outer.client, host: 'localhost', ca: ca.cert });
  keep(server, client);
  client.end('deep');
  expect((await readAll(server)).toString()).toBe('deep');
  expect(client.authorized).toBe(true);
});
