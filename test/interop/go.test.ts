import { once } from 'node:events';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectOptions, ServerOptions, TLSSocket } from '../../src/node/index.ts';
import { type PeerServer, requirePeer, run, startServer } from '../support/peers.ts';
import { contextWith, engineOf, failure, line, ourEnd, useEnds } from './ends.ts';
import { GO_COMPILE_TIMEOUT, goPeer } from './go-peer.ts';
import { type CertificateFiles, type FileCa, fileCa, presenting } from './openssl.ts';
import { SUITES } from './tls12.ts';

const go = requirePeer('go');

const ends = useEnds();
const peers: PeerServer[] = [];
let program: string;
let files: FileCa;
let stranger: FileCa;
let healthy: CertificateFiles;

beforeAll(async () => {
  if (go === undefined) return;
  files = fileCa();
  stranger = fileCa();
  healthy = files.ofType('secp256r1');
  program = await goPeer();
}, GO_COMPILE_TIMEOUT);

afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
});

/** Those that go with the certificate of these tests. */
const TLS12_SUITES = SUITES.filter(({ keyType }) => keyType === 'secp256r1');

const HYBRID = 'X25519MLKEM768';

describe.skipIf(go === undefined)('our client, server of Go', () => {
  const serve = async (args: readonly string[] = [], served = healthy) => {
    const peer = await startServer(program, ['server', ...presenting(served), ...args], {
      ready: /^ACCEPT \S+:(\d+)$/m,
    });
    peers.push(peer);
    return peer;
  };

  const agreements: readonly {
    readonly name: string;
    readonly args?: readonly string[];
    readonly options?: ConnectOptions;
    readonly info: object;
    readonly keyShares?: readonly ['x25519'];
  }[] = [
    { name: 'defaults', info: { version: 'TLS 1.3', helloRetryRequest: false } },
    { name: 'the hybrid', options: { groups: [HYBRID, 'X25519'] }, info: { group: HYBRID } },
    {
      name: 'the hybrid by HelloRetryRequest',
      args: ['-curves', HYBRID],
      options: { groups: [HYBRID, 'X25519'] },
      keyShares: ['x25519'],
      info: { group: HYBRID, helloRetryRequest: true },
    },
    { name: 'P-256 only', args: ['-curves', 'P256'], options: { groups: 'P-256' }, info: { group: 'secp256r1' } },
    {
      name: 'P-256 by HelloRetryRequest',
      args: ['-curves', 'P256'],
      options: { groups: 'X25519:P-256' },
      info: { group: 'secp256r1', helloRetryRequest: true },
    },
    { name: 'P-384', args: ['-curves', 'P384'], options: { groups: 'P-384' }, info: { group: 'secp384r1' } },
    { name: 'P-521', args: ['-curves', 'P521'], options: { groups: 'P-521' }, info: { group: 'secp521r1' } },
    {
      name: 'ALPN',
      args: ['-alpn', 'h2,http/1.1'],
      options: { ALPNProtocols: ['http/1.1'] },
      info: { alpn: 'http/1.1' },
    },
    { name: 'TLS 1.2', args: ['-max12'], info: { version: 'TLS 1.2', extendedMasterSecret: true } },
    ...TLS12_SUITES.map(({ suite }) => ({
      name: suite,
      args: ['-max12'],
      options: { ciphers: suite },
      info: { cipherSuite: suite, secureRenegotiation: true },
    })),
  ];

  test.each([[[]], [['-max12']]])('sessions are resumed: %j', async (args) => {
    const peer = await serve(args);
    let session: Buffer | undefined;
    const reused: boolean[] = [];
    for (let i = 0; i < 3; i++) {
      const socket = await ends.client({ port: peer.port, ca: files.ca.cert, session });
      const next = once(socket, 'session');
      socket.write('hello\n');
      expect(await line(socket)).toBe('HELLO\n');
      [session] = (await next) as [Buffer];
      reused.push(socket.isSessionReused());
    }
    expect(reused).toEqual([false, true, true]);
    await peer.waitFor(/resumed=false[\s\S]*resumed=true[\s\S]*resumed=true/);
  });

  test.each(agreements)('$name', async ({ args, options = {}, keyShares, info }) => {
    const peer = await serve(args);
    const { groups, ciphers, ...more } = options;
    const secureContext = contextWith(
      { ca: files.ca.cert, groups, ciphers },
      keyShares === undefined ? {} : { keyShares },
    );
    const socket = await ends.client({ port: peer.port, secureContext, ...more });
    socket.write('hello\n');
    expect(await line(socket)).toBe('HELLO\n');
    expect(engineOf(socket).info).toMatchObject(info);
    const [, suite, alpn, exporter] = await peer.waitFor(/suite=(\S+) alpn="(.*)" peer="" exporter=(\w+)/);
    expect([suite, alpn]).toEqual([socket.getCipher()?.standardName, socket.alpnProtocol || '']);
    expect(exporter).toBe(socket.exportKeyingMaterial(32, 'EXPORTER-interop').toString('hex'));
  });

  test.each(['secp256r1', 'rsa', 'ed25519'] as const)('a client certificate: %s', async (keyType) => {
    const peer = await serve(['-clientca', files.caFile], files.ofType(keyType));
    const { cert, key } = files.client(keyType);
    const socket = await ends.client({ port: peer.port, ca: files.ca.cert, cert, key });
    socket.write('hello\n');
    expect(await line(socket)).toBe('HELLO\n');
    expect((await peer.waitFor(/peer="(.*)" exporter/))[1]).toBe('a client');
  });

  test.each([
    ['none', () => ({}), 'certificate_required'],
    ['another root', () => stranger.client(), 'unknown_ca'],
  ])('a client certificate, %s: refused', async (_name, given, received) => {
    const { port } = await serve(['-clientca', files.caFile]);
    const { cert, key } = given() as Partial<CertificateFiles>;
    const socket = await ends.client({ port, ca: files.ca.cert, cert, key });
    expect(await failure(socket)).toMatchObject({ code: 'ALERT_RECEIVED', received });
  });

  test('a version that is not offered: refused', async () => {
    const { port } = await serve(['-max12']);
    const error = { code: 'ALERT_RECEIVED', received: 'protocol_version' };
    await expect(ends.client({ port, ca: files.ca.cert, minVersion: 'TLSv1.3' })).rejects.toMatchObject(error);
  });

  test('new keys, theirs asked for too, and close_notify', async () => {
    const peer = await serve();
    const socket = await ends.client({ port: peer.port, ca: files.ca.cert });
    for (const text of ['first', 'second', 'third']) {
      engineOf(socket).updateKeys(true);
      socket.write(`${text}\n`);
      expect(await line(socket)).toBe(`${text.toUpperCase()}\n`);
    }
    socket.end();
    expect(await failure(socket)).toBeUndefined();
    expect(socket.truncated).toBe(false);
    expect(await peer.waitFor(/^closed$/m)).not.toBeNull();
  });
});

describe.skipIf(go === undefined)('client of Go, our server', () => {
  const ask = (port: number, args: readonly string[] = [], ca = files.caFile) =>
    run(program, ['client', '-addr', `127.0.0.1:${port}`, '-ca', ca, ...args]);

  const agreements: readonly {
    readonly name: string;
    readonly args?: readonly string[];
    readonly options?: ServerOptions;
    readonly info: object;
  }[] = [
    { name: 'defaults', info: { serverName: 'localhost' } },
    { name: 'the hybrid', options: { groups: [HYBRID, 'X25519'] }, info: { group: HYBRID } },
    {
      name: 'the hybrid refused',
      options: { groups: 'P-384' },
      info: { group: 'secp384r1', helloRetryRequest: true },
    },
    { name: 'P-256 only', args: ['-curves', 'P256'], info: { group: 'secp256r1' } },
    {
      name: 'P-256 by HelloRetryRequest',
      args: ['-curves', 'X25519,P256'],
      options: { groups: 'P-256' },
      info: { group: 'secp256r1', helloRetryRequest: true },
    },
    { name: 'P-521', args: ['-curves', 'P521'], info: { group: 'secp521r1' } },
    {
      name: 'ALPN',
      args: ['-alpn', 'http/1.1,h2'],
      options: { ALPNProtocols: ['h2', 'http/1.1'] },
      info: { alpn: 'h2' },
    },
    { name: 'AES-256', options: { ciphers: 'TLS_AES_256_GCM_SHA384' }, info: {} },
    { name: 'ChaCha20', options: { ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }, info: {} },
    { name: 'TLS 1.2', args: ['-max12'], info: { version: 'TLS 1.2', extendedMasterSecret: true } },
    ...TLS12_SUITES.map(({ suite }) => ({ name: suite, options: { ciphers: suite }, info: { cipherSuite: suite } })),
  ];

  test.each(agreements)('$name', async ({ args, options, info }) => {
    const { cert, key } = healthy;
    const { port, next } = await ends.server({ cert, key, ...options });
    const accepted = next();
    const { stdout, code } = await ask(port, args);
    expect(stdout).toMatch(/^HELLO$/m);
    expect(code).toBe(0);
    const { socket } = ourEnd(await accepted);
    expect(engineOf(socket).info).toMatchObject(info);
    const exporter = socket.exportKeyingMaterial(32, 'EXPORTER-interop').toString('hex');
    const alpn = socket.alpnProtocol || '';
    expect(stdout).toContain(
      `suite=${socket.getCipher()?.standardName} alpn="${alpn}" peer="localhost" exporter=${exporter}`,
    );
  });

  test.each<[string, ServerOptions, readonly string[]]>([
    ['defaults', {}, []],
    ['HelloRetryRequest', { groups: 'P-256' }, ['-curves', 'X25519,P256']],
    ['another hash', { ciphers: 'TLS_AES_256_GCM_SHA384' }, []],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }, []],
  ])('sessions are resumed: %s', async (_, options, args) => {
    const { cert, key } = healthy;
    const { port } = await ends.server({ cert, key, ...options });
    const { stdout } = await ask(port, ['-times', '3', ...args]);
    expect(stdout.match(/resumed=\w+/g)).toEqual(['resumed=false', 'resumed=true', 'resumed=true']);
    expect(stdout.match(/^HELLO$/gm)?.length).toBe(3);
  });

  test('a session with a client certificate is resumed', async () => {
    const { cert, key } = healthy;
    const { port, server } = await ends.server({ cert, key, ca: files.ca.cert, requestCert: true });
    const subjects: (string | undefined)[] = [];
    server.on('secureConnection', (socket: TLSSocket) => subjects.push(socket.getPeerX509Certificate()?.subject));
    const { stdout } = await ask(port, ['-times', '2', ...presenting(files.client())]);
    expect(stdout.match(/resumed=\w+/g)).toEqual(['resumed=false', 'resumed=true']);
    expect(subjects).toEqual(['CN=a client', 'CN=a client']);
  });

  test.each(['secp256r1', 'rsa', 'ed25519'] as const)('a client certificate: %s', async (keyType) => {
    const { cert, key } = files.ofType(keyType);
    const { port, next } = await ends.server({ cert, key, ca: files.ca.cert, requestCert: true });
    const accepted = next();
    const { stdout } = await ask(port, presenting(files.client(keyType)));
    expect(stdout).toMatch(/^HELLO$/m);
    const { socket } = ourEnd(await accepted);
    expect([socket.authorized, socket.getPeerX509Certificate()?.subject]).toEqual([true, 'CN=a client']);
  });

  const refusals: readonly {
    readonly name: string;
    readonly args?: () => readonly string[];
    readonly ca?: () => string;
    readonly options?: () => ServerOptions;
    readonly error: object;
    readonly told: RegExp;
  }[] = [
    {
      name: 'a version that is not spoken',
      args: () => ['-max12'],
      options: () => ({ minVersion: 'TLSv1.3' }),
      error: { code: 'NO_COMMON_VERSION' },
      told: /protocol version/,
    },
    {
      name: 'no common protocol',
      args: () => ['-alpn', 'h2'],
      options: () => ({ ALPNProtocols: ['http/1.1'] }),
      error: { code: 'NO_COMMON_APPLICATION_PROTOCOL' },
      told: /no application protocol/,
    },
    {
      name: 'no client certificate',
      options: () => ({ ca: files.ca.cert, requestCert: true }),
      error: { code: 'CERTIFICATE_REQUIRED' },
      told: /certificate required/,
    },
    {
      name: 'a client certificate of another root',
      args: () => presenting(stranger.client()),
      options: () => ({ ca: files.ca.cert, requestCert: true }),
      error: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
      told: /unknown certificate authority/,
    },
    {
      name: 'an unknown root',
      ca: () => stranger.caFile,
      error: { code: 'ALERT_RECEIVED', received: 'bad_certificate' },
      told: /x509/,
    },
  ];

  test.each(refusals)('$name: refused', async ({ args, ca, options, error, told }) => {
    const { cert, key } = healthy;
    const { port, server } = await ends.server({ cert, key, ...options?.() });
    const failed = new Promise((resolve) => server.once('tlsClientError', resolve));
    const { stdout, code } = await ask(port, args?.(), ca?.());
    expect(await failed).toMatchObject(error);
    expect(stdout).toMatch(told);
    expect(code).toBe(1);
  });
});
