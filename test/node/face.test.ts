/** What programs decide during a handshake, and what they ask a socket about it, by the names of node:tls. */
import { constants } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type net from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type ConnectOptions,
  connect,
  createSecureContext,
  createServer,
  type Server,
  type ServerOptions,
  TLSSocket,
} from '../../src/node/index.ts';
import { type TestCa, type TestCertificate, testCa } from '../support/pki.ts';
import { duplexPair, errorOf, listen } from '../support/sockets.ts';

let ca: TestCa;
let healthy: TestCertificate;
const open: Duplex[] = [];
const servers: Server[] = [];

beforeAll(() => {
  ca = testCa();
  healthy = ca.issue();
});

afterEach(async () => {
  for (const stream of open.splice(0)) stream.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

function keep<S extends Duplex>(stream: S): S {
  open.push(stream.on('error', () => undefined));
  return stream;
}

async function serve(options: ServerOptions = {}): Promise<{ server: Server; port: number }> {
  const server = createServer({ ...healthy, ...options });
  server.on('secureConnection', keep);
  servers.push(server);
  return { server, port: await listen(server) };
}

function visit(port: number, options: ConnectOptions = {}): TLSSocket {
  return keep(connect({ port, host: '127.0.0.1', servername: 'localhost', ca: ca.cert, ...options }));
}

/** Both ends of a connection whose handshake is done. */
async function pair(options: { server?: ServerOptions; client?: ConnectOptions } = {}) {
  const { server, port } = await serve(options.server);
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  const client = visit(port, options.client);
  const [[socket]] = await Promise.all([accepted, once(client, 'secureConnect')]);
  return { client, server: socket };
}

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

describe.each(VERSIONS)('%s', (maxVersion) => {
  test('ALPNCallback chooses', async () => {
    const asked: unknown[] = [];
    const ALPNCallback = (offer: { servername: string; protocols: readonly string[] }) => {
      asked.push(offer);
      return 'b';
    };
    const { client, server } = await pair({
      server: { ALPNCallback, maxVersion },
      client: { ALPNProtocols: ['a', 'b'] },
    });
    expect([client.alpnProtocol, server.alpnProtocol]).toEqual(['b', 'b']);
    expect(asked).toEqual([{ servername: 'localhost', protocols: ['a', 'b'] }]);
    // Who offers nothing asks for nothing.
    const other = await pair({ server: { ALPNCallback, maxVersion } });
    expect(other.client.alpnProtocol).toBe(false);
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['nothing', () => undefined, { code: 'NO_APPLICATION_PROTOCOL' }],
    ['what was not offered', () => 'c', { code: 'ERR_TLS_ALPN_CALLBACK_INVALID_RESULT' }],
    [
      'by throwing',
      () => {
        throw new Error('not today');
      },
      { message: 'not today' },
    ],
  ])('ALPNCallback chooses %s: no connection', async (_name, ALPNCallback, reason) => {
    const { server, port } = await serve({ ALPNCallback, maxVersion });
    const failed = once(server, 'tlsClientError') as Promise<[Error]>;
    expect(await errorOf(visit(port, { ALPNProtocols: ['a', 'b'] }))).toMatchObject({
      received: 'no_application_protocol',
    });
    expect((await failed)[0]).toMatchObject(reason);
  });

  test('SNICallback that throws refuses, and the server goes on', async () => {
    const { server, port } = await serve({
      maxVersion,
      SNICallback: (name, answer) => {
        if (name === 'bad.example') throw new Error('no table');
        answer(null);
      },
    });
    const failed = once(server, 'tlsClientError') as Promise<[Error]>;
    await errorOf(visit(port, { servername: 'bad.example' }));
    expect((await failed)[0].message).toBe('no table');
    await once(visit(port), 'secureConnect');
  });

  test('setKeyCert in ALPNCallback shows another certificate', async () => {
    const other = ca.issue({ commonName: 'other' });
    const shown = async (protocol: string) => {
      const [a, b] = duplexPair();
      const socket: TLSSocket = keep(
        new TLSSocket(b, {
          ...healthy,
          isServer: true,
          maxVersion,
          ALPNCallback(this: TLSSocket, { protocols: [first] }) {
            if (first === 'other') this.setKeyCert(other);
            return first;
          },
        }),
      );
      const client = keep(connect({ socket: a, host: 'localhost', ca: ca.cert, ALPNProtocols: [protocol] }));
      await once(client, 'secureConnect');
      return [client.getPeerX509Certificate()?.subject, socket.getX509Certificate()?.subject];
    };
    expect(await shown('other')).toEqual(['CN=other', 'CN=other']);
    expect(await shown('usual')).toEqual(['CN=localhost', 'CN=localhost']);
  });

  test('a context for a name judges clients by its own roots', async () => {
    const theirs = testCa('Clients of b');
    const { server, port } = await serve({ requestCert: true, rejectUnauthorized: false, maxVersion });
    server.addContext('*.b.example', { ...ca.issue({ names: ['x.b.example'] }), ca: theirs.cert });
    const authorized = async (servername: string) => {
      const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
      const client = visit(port, {
        servername,
        ...theirs.issue({ purposes: ['clientAuth'] }),
        checkServerIdentity: () => undefined,
      });
      await once(client, 'secureConnect');
      return (await accepted)[0].authorized;
    };
    expect(await authorized('X.B.example')).toBe(true);
    expect(await authorized('b.example')).toBe(false);
    expect(await authorized('y.x.b.example')).toBe(false);
  });

  test('both ends have the same two Finished, and their certificates', async () => {
    const own = ca.issue({ commonName: 'a client', purposes: ['clientAuth'] });
    const { client, server } = await pair({
      server: { requestCert: true, ca: ca.cert, maxVersion },
      client: own,
    });
    // The client is done first in TLS 1.3, the server in a full handshake of TLS 1.2 after it.
    expect(client.getFinished()?.length).toBe(maxVersion === 'TLSv1.2' ? 12 : 32);
    expect(client.getFinished()).toEqual(server.getPeerFinished());
    expect(client.getPeerFinished()).toEqual(server.getFinished());
    expect(client.getFinished()).not.toEqual(server.getFinished());
    expect(client.getX509Certificate()?.raw).toEqual(server.getPeerX509Certificate()?.raw);
    expect(server.getCertificate()).toMatchObject({ subject: { CN: 'localhost' } });
    client.destroy();
    expect(client.getCertificate()).toBeUndefined();
  });

  test('a client without a certificate has none', async () => {
    const { client } = await pair({ server: { maxVersion } });
    expect(client.getCertificate()).toEqual({});
    expect(client.getX509Certificate()).toBeUndefined();
  });

  test('destroy() says goodbye where nothing that was written is lost', async () => {
    const { client, server } = await pair({ server: { maxVersion } });
    const ended = once(server.resume(), 'end');
    client.destroy();
    await ended;
    expect(server.truncated).toBe(false);
  });

  test('destroy() by the listener of the connection is an end, too', async () => {
    const { server, port } = await serve({ maxVersion });
    server.on('secureConnection', (socket) => socket.destroy());
    const client = visit(port).resume();
    await once(client, 'end');
    expect(client.truncated).toBe(false);
  });

  test('destroy() amidst a write is a truncation for the other end', async () => {
    const { client, server } = await pair({ server: { maxVersion } });
    const failed = errorOf(server);
    client.write(Buffer.alloc(2_000_000));
    client.destroy();
    server.resume();
    expect(['CONNECTION_TRUNCATED', 'ECONNRESET']).toContain((await failed).code);
  });

  test('a connection that nobody reads ends with its peer', async () => {
    const { client, server } = await pair({ server: { maxVersion } });
    client.end();
    await once(server, 'close');
    expect(server.readableEnded).toBe(true);
  });

  test('enableTrace prints the handshake to standard error, once', async () => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      const { client } = await pair({ client: { enableTrace: true }, server: { maxVersion } });
      client.destroy();
      await once(client, 'close');
      expect(written).toHaveBeenCalledTimes(1);
      expect(written.mock.calls[0]?.[0]).toMatch(/client_hello[\s\S]*server_hello[\s\S]*finished/i);
    } finally {
      written.mockRestore();
    }
  });
});

describe('pskCallback', () => {
  const key = Buffer.alloc(32, 7);

  test('both ends have a key, and no certificate is needed', async () => {
    const asked: unknown[] = [];
    const { client, server } = await pair({
      server: {
        cert: undefined,
        key: undefined,
        pskCallback: (_socket: TLSSocket, identity: string) => {
          asked.push(identity);
          return identity === 'me' ? key : null;
        },
      },
      client: {
        ca: [],
        pskCallback: (hint: null) => {
          asked.push(hint);
          return { identity: 'me', psk: key };
        },
      },
    });
    expect(asked).toEqual([null, 'me']);
    expect([client.authorized, server.authorized]).toEqual([true, true]);
    expect(client.getPeerCertificate()).toEqual({});
    expect(client.getProtocol()).toBe('TLSv1.3');
  });

  test('no key on either side: the certificate counts', async () => {
    const { client } = await pair({ server: { pskCallback: () => null }, client: { pskCallback: () => null } });
    expect(client.authorized).toBe(true);
    expect(client.getPeerX509Certificate()?.subject).toBe('CN=localhost');
  });

  test.each([
    ['text', () => 'secret', { code: 'ERR_INVALID_ARG_TYPE' }],
    [
      'by throwing',
      () => {
        throw new Error('no table');
      },
      { message: 'no table' },
    ],
  ])('a server that answers %s refuses', async (_name, pskCallback, reason) => {
    const { server, port } = await serve({ pskCallback: pskCallback as never });
    const failed = once(server, 'tlsClientError') as Promise<[Error]>;
    await errorOf(visit(port, { pskCallback: () => ({ identity: 'me', psk: key }) }));
    expect((await failed)[0]).toMatchObject(reason);
  });

  test.each([{ identity: 1, psk: key }, { identity: 'me', psk: 'text' }, { identity: 'me' }])(
    'a client that answers %j fails',
    async (answer) => {
      const { port } = await serve();
      const socket = visit(port, { pskCallback: () => answer as never });
      expect(await errorOf(socket)).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    },
  );

  test('another key under the same name is refused', async () => {
    const { port } = await serve({ pskCallback: () => Buffer.alloc(32, 8) });
    const socket = visit(port, { pskCallback: () => ({ identity: 'me', psk: key }) });
    expect(await errorOf(socket)).toMatchObject({ received: 'decrypt_error' });
  });
});

describe('a socket made before its connection', () => {
  test('connects by itself', async () => {
    const { port } = await serve();
    const socket = keep(new TLSSocket(undefined, { ca: ca.cert, servername: 'localhost' }));
    expect([socket.pending, socket.connecting]).toEqual([true, false]);
    const told = vi.fn();
    socket.once('connect', told).connect(port, '127.0.0.1');
    await once(socket, 'secure');
    expect([told.mock.calls.length, socket.authorized]).toEqual([1, true]);
  });

  test('over a stream of others it does not', () => {
    const socket = keep(new TLSSocket(duplexPair()[0]));
    expect(() => socket.connect(1)).toThrow(expect.objectContaining({ code: 'ERR_METHOD_NOT_IMPLEMENTED' }));
  });

  test('takes a name and a session until the handshake begins', async () => {
    const { server, port } = await serve();
    const first = visit(port);
    const [session] = (await once(first.resume(), 'session')) as [Buffer];
    const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
    const client = visit(port, { checkServerIdentity: () => undefined });
    client.setServername('other.example');
    await once(client, 'secureConnect');
    expect((await accepted)[0].servername).toBe('other.example');
    const late = expect.objectContaining({ code: 'ERR_TLS_INVALID_STATE' });
    expect(() => client.setServername('later.example')).toThrow(late);
    expect(() => client.setSession(session)).toThrow(late);
    const again = visit(port);
    again.setSession(session);
    await once(again, 'secureConnect');
    expect(again.isSessionReused()).toBe(true);
    expect(() => (again as { setSession(session: unknown): void }).setSession('x')).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
    const own = keep(new TLSSocket(duplexPair()[0], { ...healthy, isServer: true }));
    expect(() => own.setServername('x')).toThrow(expect.objectContaining({ code: 'ERR_TLS_SNI_FROM_SERVER' }));
  });

  test('tells where it did not get to', async () => {
    const { server } = await serve();
    server.removeAllListeners('connection').on('connection', (socket: net.Socket) => socket.destroy());
    const { port } = server.address() as net.AddressInfo;
    const error = await errorOf(visit(port));
    expect(error).toMatchObject({ code: 'ECONNRESET', host: '127.0.0.1', port, localAddress: undefined });
  });
});

test('arguments of other types are told by their names', async () => {
  const { client } = await pair();
  const loose = client as unknown as Record<string, (...args: unknown[]) => unknown>;
  const wrong = expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' });
  expect(() => loose.exportKeyingMaterial?.('1', 'label')).toThrow(wrong);
  expect(() => loose.exportKeyingMaterial?.(1, 1)).toThrow(wrong);
  expect(() => loose.exportKeyingMaterial?.(1, 'label', 'text')).toThrow(wrong);
  expect(() => loose.exportKeyingMaterial?.(0, 'label')).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
  expect(() => loose.setMaxSendFragment?.('512')).toThrow(wrong);
  expect(() => loose.renegotiate?.(null)).toThrow(wrong);
  expect(() => loose.renegotiate?.({}, 1)).toThrow(wrong);
});

test('an error of a socket with a server is for whoever listens to the socket, too', async () => {
  const { server } = await serve();
  const [a, b] = duplexPair();
  const socket = new TLSSocket(b, { isServer: true, server, secureContext: createSecureContext(healthy) });
  const told = once(server, 'tlsClientError');
  const failed = errorOf(socket);
  a.on('error', () => undefined).resume();
  a.write('no TLS at all');
  expect((await failed).code).toBe(((await told)[0] as { code: string }).code);
});

test('a highWaterMark is that of the socket', async () => {
  const { client } = await pair({ client: { highWaterMark: 1000 } });
  expect([client.readableHighWaterMark, client.writableHighWaterMark]).toEqual([1000, 1000]);
});

test('with captureRejections a listener that rejects ends its connection', async () => {
  EventEmitter.captureRejections = true;
  const { server, port } = await serve().finally(() => {
    EventEmitter.captureRejections = false;
  });
  const failed = new Promise((resolve) => {
    server.on('secureConnection', async (socket) => {
      socket.on('error', resolve);
      await Promise.reject(new Error('no account'));
    });
  });
  visit(port);
  expect(await failed).toMatchObject({ message: 'no account' });
});

test('with pauseOnConnect connections are handed over paused', async () => {
  const { server } = await pair({ server: { pauseOnConnect: true } });
  expect(server.isPaused()).toBe(true);
});

test('SSL_OP_NO_TICKET leaves no sessions', async () => {
  const { client } = await pair({ server: { secureOptions: constants.SSL_OP_NO_TICKET } });
  const session = vi.fn();
  client.on('session', session).resume();
  client.end();
  await once(client, 'close');
  expect(session).not.toHaveBeenCalled();
});

test('who reads once for each readable gets everything, however many records came together', async () => {
  const { client, server } = await pair();
  let text = '';
  client.on('readable', () => {
    text += client.read()?.toString() ?? '';
  });
  server.cork();
  for (const part of ['one ', 'two ', 'three']) server.write(part);
  server.uncork();
  server.end();
  await once(client, 'end');
  expect(text).toBe('one two three');
});

test('null for a session is none', async () => {
  const { client } = await pair({ client: { session: null as never } });
  expect(client.isSessionReused()).toBe(false);
});
