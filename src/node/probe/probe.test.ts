/** What the network says, as observations. The handshakes are tested in test/diagnose. */
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { changeOf, InputError } from '../../diagnose/index.ts';
import { type NameRecord, startNameServer } from '../../lab/name-server.ts';
import { RootStore } from '../../x509/index.ts';
import { check } from './check.ts';
import { exchange } from './exchange.ts';
import { handshake } from './handshake.ts';
import { resolverOf } from './resolver.ts';
import { SessionShelf } from './sessions.ts';
import { openTcp } from './tcp.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(handler?: (socket: Socket) => unknown): Promise<number> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const now = () => 1;

function endpoint(port: number) {
  return { address: '127.0.0.1', port, connection: 1, timeout: 20_000 };
}

describe('openTcp', () => {
  test('connected', async () => {
    const { socket, observation } = await openTcp(endpoint(await listen()), now);
    socket?.destroy();
    expect(observation).toEqual({
      kind: 'tcp',
      connection: 1,
      at: 1,
      took: 0,
      address: '127.0.0.1',
      port: observation.port,
      status: 'connected',
    });
  });

  test('refused, with what the system calls it', async () => {
    const { socket, observation } = await openTcp(endpoint(9), now);
    expect([socket, observation.status, observation.detail]).toEqual([undefined, 'refused', 'ECONNREFUSED']);
  });
});

describe('exchange', () => {
  const change = changeOf('protocol:http');
  const bytes = Uint8Array.of(1, 2, 3);

  async function converse(port: number, timeout = 20_000) {
    const seen = await exchange({ ...endpoint(port), timeout, change, bytes }, now);
    const found = seen.find((one) => one.kind === 'exchange');
    return [found?.end, Buffer.from(found?.received ?? []).toString()];
  }

  test('keeps the first answer', async () => {
    const port = await listen((socket) => socket.once('data', (data) => socket.write(`${data.length} bytes\n`)));
    expect(await converse(port)).toEqual(['open', '3 bytes\n']);
  });

  test.each<[string, (socket: Socket) => unknown, string]>([
    ['an end', (socket) => socket.end(), 'closed'],
    ['a reset', (socket) => socket.once('data', () => socket.resetAndDestroy()), 'reset'],
    ['silence', (socket) => socket.resume(), 'timeout'],
  ])('%s', async (_, handler, end) => {
    expect(await converse(await listen(handler), end === 'timeout' ? 500 : undefined)).toEqual([end, '']);
  });

  test('a flood is cut', async () => {
    const port = await listen((socket) => {
      socket.on('error', () => undefined);
      socket.write(Buffer.alloc(2 ** 20, 0x41));
    });
    const [end, received] = await converse(port);
    expect([end, (received?.length ?? 0) <= 2 ** 14]).toEqual(['open', true]);
  });

  test('no connection', async () => {
    expect(await converse(9)).toEqual(['unconnected', '']);
  });
});

describe('resolverOf', () => {
  test('the system, which cannot tell why there is no address', async () => {
    const records = await resolverOf(undefined).resolve('nobody.invalid', [4, 6], 5_000);
    expect(records.map(({ type, status }) => [type, status])).toEqual([
      ['A', expect.stringMatching(/^(not_found|unreachable)$/)],
      ['AAAA', expect.stringMatching(/^(not_found|unreachable)$/)],
    ]);
    const local = await resolverOf(undefined).resolve('localhost', [4], 5_000);
    expect(local).toEqual([{ type: 'A', status: 'answer', addresses: ['127.0.0.1'] }]);
  });

  test('a server, which can', async () => {
    const server = await startNameServer(
      new Map<string, NameRecord>([
        ['shop.example', { a: ['127.0.0.1'] }],
        ['broken.example', 'servfail'],
      ]),
    );
    const resolver = resolverOf(server.url);
    const statuses = async (name: string) => (await resolver.resolve(name, [4, 6], 20_000)).map(({ status }) => status);
    expect(await statuses('shop.example')).toEqual(['answer', 'nodata']);
    expect(await statuses('nobody.example')).toEqual(['nxdomain', 'nxdomain']);
    expect(await statuses('broken.example')).toEqual(['servfail', 'servfail']);
    await server.close();
    expect(await statuses('shop.example')).toEqual(['unreachable', 'unreachable']);
  });

  test('takes an address, with udp:// or without, and nothing else', () => {
    expect(
      ['udp://192.0.2.53', 'udp://192.0.2.53:5353', 'udp://[2001:db8::53]'].map((url) => resolverOf(url).name),
    ).toEqual(['udp://192.0.2.53:53', 'udp://192.0.2.53:5353', 'udp://[2001:db8::53]:53']);
    expect(
      ['192.0.2.53', '192.0.2.53:5353', '2001:db8::53', '[2001:db8::53]:5353'].map((url) => resolverOf(url).name),
    ).toEqual(['udp://192.0.2.53:53', 'udp://192.0.2.53:5353', 'udp://[2001:db8::53]:53', 'udp://[2001:db8::53]:5353']);
    for (const url of [
      'dns.example',
      'udp://dns.example',
      'udp://192.0.2.53:0',
      'tls://192.0.2.53',
      'udp://999.0.2.53',
    ]) {
      expect(() => resolverOf(url)).toThrow(InputError);
    }
  });
});

describe('a peer that nobody authenticates', () => {
  const options = { roots: () => new RootStore([]), sessions: new SessionShelf() };
  const input = { alpn: [], clientCertificate: false };
  const http = { method: 'HEAD', host: 'shop.example', path: '/', patience: 100 } as const;
  const request = { ...endpoint(9), identity: 'shop.example', clock: 0, acceptsAnyChain: true } as const;

  test.each([
    ['a client certificate', { input: { ...input, clientCertificate: true } }],
    ['a path', { input, http: { ...http, path: '/secret' } }],
    ['a request with a body to come', { input, http: { ...http, method: 'GET' } as const }],
  ])('is not told %s', async (_, more) => {
    await expect(handshake({ ...request, ...more }, options, now)).rejects.toThrow(RangeError);
  });

  test('may be asked for the head of its root', async () => {
    const [tcp] = await handshake({ ...request, input, http }, options, now);
    expect(tcp).toMatchObject({ kind: 'tcp', status: 'refused' });
  });
});

describe('check refuses what it can not do before it connects', () => {
  test.each([
    ['a name in SNI that is an address and port', { sni: 'shop.example:443' }],
    ['a group that does not exist', { groups: ['curve25519'] }],
    ['a cipher suite that does not exist', { cipherSuites: ['TLS_NULL'] }],
    ['a key without its certificate', { key: 'x' }],
    ['a certificate without its key', { cert: 'x' }],
    ['roots that are none', { ca: '' }],
    ['a place to connect that is a name', { connect: 'shop.example:443' }],
  ])('%s', async (_, options) => {
    await expect(check('localhost:9', options)).rejects.toThrow(InputError);
  });
});
