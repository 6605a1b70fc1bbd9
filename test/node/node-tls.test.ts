import { once } from 'node:events';
import type { AddressInfo, Server as NetServer } from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type ConnectOptions,
  connect,
  createSecureContext,
  createServer,
  type ServerOptions,
  type TLSSocket,
} from '../../src/node/index.ts';
import { selfSignedPem, type TestCa, type TestCertificate, testCa } from '../support/pki.ts';
import { errorOf, listen, readAll } from '../support/sockets.ts';

let ca: TestCa;
let healthy: TestCertificate;
const open: { destroy(): void }[] = [];
const servers: NetServer[] = [];

beforeAll(() => {
  ca = testCa();
  healthy = ca.issue();
});

afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

function keep<T extends { destroy(): void }>(socket: T): T {
  open.push(socket);
  return socket;
}

/** A server of node:tls that echoes; its port. */
async function nodeServer(options: tls.TlsOptions, onSocket = (socket: tls.TLSSocket) => void socket.pipe(socket)) {
  const server = tls.createServer(options, (socket) => {
    keep(socket).on('error', () => undefined);
    onSocket(socket);
  });
  servers.push(server);
  return { server, port: await listen(server) };
}

/** A server of ours that echoes. */
async function ourServer(options: ServerOptions, onSocket = (socket: TLSSocket) => void socket.pipe(socket)) {
  const server = createServer(options, (socket) => {
    keep(socket).on('error', () => undefined);
    onSocket(socket);
  });
  servers.push(server);
  return { server, port: await listen(server) };
}

async function echoed(socket: TLSSocket | tls.TLSSocket, text: string): Promise<string> {
  socket.end(text);
  return (await readAll(socket)).toString();
}

describe('our client, server of node:tls', () => {
  test('talks, verifies, and tells what node:tls would', async () => {
    const { port } = await nodeServer({ ...healthy, ALPNProtocols: ['h2', 'http/1.1'] });
    const options = { port, host: 'localhost', ca: ca.cert, ALPNProtocols: ['http/1.1'] };
    const [ours, theirs] = [keep(connect(options)), keep(tls.connect({ ...options, servername: 'localhost' }))];
    await Promise.all([once(ours, 'secureConnect'), once(theirs, 'secureConnect')]);
    expect(ours.authorized).toBe(true);
    expect(ours.authorizationError).toBeNull();
    expect(ours.alpnProtocol).toBe('http/1.1');
    expect(ours.getProtocol()).toBe(theirs.getProtocol());
    expect(ours.getPeerCertificate()).toEqual(theirs.getPeerCertificate());
    expect(ours.getPeerX509Certificate()?.raw).toEqual(theirs.getPeerX509Certificate()?.raw);
    expect(ours.getCipher()).toMatchObject({ version: 'TLSv1.3', name: expect.stringMatching(/^TLS_/) });
    expect(ours.remotePort).toBe(port);
    expect(ours.isSessionReused()).toBe(false);
    expect(await echoed(ours, 'there and back')).toBe('there and back');
  });

  test('asks for the host by name, and never for an address', async () => {
    const { server, port } = await nodeServer({ ...healthy });
    for (const [host, servername] of [
      ['localhost', 'localhost'],
      ['127.0.0.1', false],
    ] as const) {
      const accepted = once(server, 'secureConnection') as Promise<[tls.TLSSocket]>;
      const socket = keep(connect({ port, host, ca: ca.cert }));
      const [peer] = await accepted;
      expect((peer as unknown as { servername: string | false }).servername).toBe(servername);
      expect(await echoed(socket, 'x')).toBe('x');
    }
  });

  test.each(['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'])(
    '%s',
    async (ciphers) => {
      const { port } = await nodeServer({ ...healthy });
      const socket = keep(connect({ port, host: 'localhost', ca: ca.cert, ciphers }));
      expect(await echoed(socket, ciphers)).toBe(ciphers);
      expect(socket.getCipher()?.name).toBe(ciphers);
    },
  );

  test.each([
    ['X25519', { type: 'ECDH', name: 'X25519', size: 253 }],
    ['P-256', { type: 'ECDH', name: 'prime256v1', size: 256 }],
    ['secp384r1', { type: 'ECDH', name: 'secp384r1', size: 384 }],
    ['P-521', { type: 'ECDH', name: 'secp521r1', size: 521 }],
  ])('group %s', async (ecdhCurve, info) => {
    const { port } = await nodeServer({ ...healthy, ecdhCurve: 'X25519:P-256:P-384:P-521' });
    const socket = keep(connect({ port, host: 'localhost', ca: ca.cert, ecdhCurve }));
    expect(await echoed(socket, 'group')).toBe('group');
    expect(socket.getEphemeralKeyInfo()).toEqual(info);
  });

  test('a group that the server has to ask for takes a second ClientHello', async () => {
    const { port } = await nodeServer({ ...healthy, ecdhCurve: 'P-384' });
    const socket = keep(connect({ port, host: 'localhost', ca: ca.cert, groups: ['X25519', 'P-384'] }));
    expect(await echoed(socket, 'again')).toBe('again');
    expect(socket.getEphemeralKeyInfo()).toMatchObject({ name: 'secp384r1' });
  });

  test('exports the same keying material, and logs keys that are the same', async () => {
    const { server, port } = await nodeServer({ ...healthy });
    const lines: { ours: string[]; theirs: string[] } = { ours: [], theirs: [] };
    server.on('keylog', (line: Buffer) => lines.theirs.push(line.toString()));
    const accepted = once(server, 'secureConnection') as Promise<[tls.TLSSocket]>;
    const socket = keep(connect({ port, host: 'localhost', ca: ca.cert }));
    socket.on('keylog', (line: Buffer) => lines.ours.push(line.toString()));
    expect(() => socket.exportKeyingMaterial(32, 'EXPORTER-test')).toThrow('securely established');
    const [[peer]] = await Promise.all([accepted, once(socket, 'secureConnect')]);
    const context = Buffer.from('context');
    expect(socket.exportKeyingMaterial(48, 'EXPORTER-test', context)).toEqual(
      peer.exportKeyingMaterial(48, 'EXPORTER-test', context),
    );
    expect(lines.ours.length).toBeGreaterThanOrEqual(4);
    expect(lines.theirs.sort()).toEqual(expect.arrayContaining(lines.ours.filter((line) => !line.startsWith('RESUM'))));
  });

  test.each([false, true])(
    'presents a certificate where one is asked for (required: %s)',
    async (rejectUnauthorized) => {
      const { server, port } = await nodeServer({ ...healthy, ca: ca.cert, requestCert: true, rejectUnauthorized });
      const accepted = once(server, 'secureConnection') as Promise<[tls.TLSSocket]>;
      const own = ca.issue({ commonName: 'a client', names: [], purposes: ['clientAuth'] });
      const socket = keep(connect({ port, host: 'localhost', ca: ca.cert, cert: own.cert, key: own.key }));
      const [peer] = await accepted;
      expect(peer.authorized).toBe(true);
      expect(peer.getPeerCertificate().subject.CN).toBe('a client');
      expect(await echoed(socket, 'known')).toBe('known');
    },
  );

  test('presents the certificate that an authority of the server issued', async () => {
    const other = testCa('another root');
    const { server, port } = await nodeServer({ ...healthy, ca: [ca.cert], requestCert: true });
    const accepted = once(server, 'secureConnection') as Promise<[tls.TLSSocket]>;
    const own = [other, ca].map((one, i) => one.issue({ commonName: `client ${i}`, purposes: ['clientAuth'] }));
    const credentials = { cert: own.map(({ cert }) => cert), key: own.map(({ key }) => key) };
    keep(connect({ port, host: 'localhost', ca: ca.cert, ...credentials }));
    const [peer] = await accepted;
    expect(peer.getPeerCertificate().subject.CN).toBe('client 1');
  });

  test('without a certificate where one is required, the server refuses', async () => {
    const { port } = await nodeServer({ ...healthy, ca: ca.cert, requestCert: true });
    const socket = keep(connect({ port, host: 'localhost', ca: ca.cert }));
    expect(await errorOf(socket)).toMatchObject({ code: 'ALERT_RECEIVED', received: 'certificate_required' });
  });

  describe('refuses a chain with the code of node:tls', () => {
    const cases: [string, () => TestCertificate, Partial<ConnectOptions>][] = [
      ['expired', () => ca.issue({ validFrom: -9, validTo: -2 }), {}],
      ['not yet valid', () => ca.issue({ validFrom: 2 }), {}],
      ['another name', () => ca.issue({ names: ['other.example'] }), {}],
      ['another address', () => ca.issue({ names: ['192.0.2.1'] }), { host: '127.0.0.1' }],
      ['self-signed', () => selfSignedPem(), {}],
      ['an unknown root', () => testCa().issue(), {}],
      ['no intermediate', () => withoutIntermediate(ca.intermediate().issue()), {}],
      ['an unknown root, with an intermediate', () => testCa().intermediate().issue(), {}],
      ['a client certificate', () => ca.issue({ purposes: ['clientAuth'] }), {}],
    ];

    test.each(cases)('%s', async (_name, issue, more) => {
      const { cert, key } = issue();
      const { port } = await nodeServer({ cert, key });
      const options = { port, host: 'localhost', ca: ca.cert, ...more };
      const [ours, theirs] = [keep(connect(options)), keep(tls.connect(options as tls.ConnectionOptions))];
      const [error, expected] = await Promise.all([errorOf(ours), errorOf(theirs)]);
      expect(error.code).toBe(expected.code);
      expect(error.cause).toMatchObject({ name: 'TlsError', code: 'CERTIFICATE_REJECTED' });
      expect(ours.authorized).toBe(false);
    });

    test('or lets it through and says so', async () => {
      const { cert, key } = ca.issue({ validFrom: -9, validTo: -2 });
      const { port } = await nodeServer({ cert, key });
      const socket = keep(connect({ port, host: 'localhost', ca: ca.cert, rejectUnauthorized: false }));
      await once(socket, 'secureConnect');
      expect([socket.authorized, socket.authorizationError]).toEqual([false, 'CERT_HAS_EXPIRED']);
      expect(await echoed(socket, 'anyway')).toBe('anyway');
    });
  });

  test('checkServerIdentity takes the place of the name check, and only of that', async () => {
    const other = ca.issue({ names: ['other.example'] });
    const { port } = await nodeServer({ cert: other.cert, key: other.key });
    const seen: unknown[] = [];
    const accepting = connect({
      port,
      host: 'localhost',
      ca: ca.cert,
      checkServerIdentity: (host, certificate) => void seen.push(host, certificate.subjectaltname),
    });
    expect(await echoed(keep(accepting), 'pinned')).toBe('pinned');
    expect(seen).toEqual(['localhost', 'DNS:other.example']);
    const refusing = connect({ port, host: 'localhost', ca: ca.cert, checkServerIdentity: () => new Error('not it') });
    expect(await errorOf(keep(refusing))).toMatchObject({ message: 'not it' });
    const throwing = connect({
      port,
      host: 'localhost',
      ca: ca.cert,
      checkServerIdentity: () => {
        throw new Error('broken');
      },
    });
    expect(await errorOf(keep(throwing))).toMatchObject({ message: 'broken' });
  });

  test('a server without a version of ours is refused by name', async () => {
    const { port } = await nodeServer({ ...healthy, maxVersion: 'TLSv1.2' });
    const error = await errorOf(keep(connect({ port, host: 'localhost', ca: ca.cert, minVersion: 'TLSv1.3' })));
    expect(['ALERT_RECEIVED', 'NO_COMMON_VERSION']).toContain(error.code);
  });
});

describe('our server, client of node:tls', () => {
  test('talks, and tells what was agreed on', async () => {
    const { server, port } = await ourServer({ ...healthy, ALPNProtocols: ['h2', 'http/1.1'] });
    const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
    const options = {
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: ca.cert,
      ALPNProtocols: ['http/1.1', 'h2'],
    };
    const socket = keep(tls.connect(options));
    const [[peer]] = await Promise.all([accepted, once(socket, 'secureConnect')]);
    expect(peer.getCipher()?.name).toBe(socket.getCipher().name);
    expect(peer.servername).toBe('localhost');
    expect(peer.alpnProtocol).toBe('h2');
    expect(peer.encrypted).toBe(true);
    expect(peer.getPeerCertificate()).toEqual({});
    expect(peer.getEphemeralKeyInfo()).toBeNull();
    expect(await echoed(socket, 'there and back')).toBe('there and back');
    expect(socket.authorized).toBe(true);
    expect(socket.alpnProtocol).toBe('h2');
  });

  test('refuses a client without a common protocol', async () => {
    const { server, port } = await ourServer({ ...healthy, ALPNProtocols: ['h2'] });
    const failed = once(server, 'tlsClientError') as Promise<[Error, TLSSocket]>;
    const socket = keep(tls.connect({ port, host: 'localhost', ca: ca.cert, ALPNProtocols: ['http/1.1'] }));
    const [[error, peer], alert] = await Promise.all([failed, errorOf(socket)]);
    expect(error).toMatchObject({ code: 'NO_COMMON_APPLICATION_PROTOCOL' });
    expect(peer.destroyed).toBe(true);
    expect(alert.code).toMatch(/ALERT_NO_APPLICATION_PROTOCOL/);
  });

  test('a client that gives up is a tlsClientError, and no crash', async () => {
    const { server, port } = await ourServer({ ...selfSignedPem() });
    const failed = once(server, 'tlsClientError') as Promise<[Error]>;
    const socket = keep(tls.connect({ port, host: 'localhost', ca: ca.cert }));
    const refusal = await errorOf(socket);
    expect(refusal.code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    await Promise.race([failed, once(server, 'secureConnection')]);
  });

  test.each([
    ['requested, none given', { rejectUnauthorized: false }, undefined, [false, 'UNABLE_TO_GET_ISSUER_CERT']],
    ['requested, a good one', { rejectUnauthorized: false }, () => ca, [true, null]],
    [
      'requested, a strange one',
      { rejectUnauthorized: false },
      () => testCa(),
      [false, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ],
    ['required, a good one', {}, () => ca, [true, null]],
  ] as const)('client certificate: %s', async (_name, options, issuer, [authorized, authorizationError]) => {
    const { server, port } = await ourServer({ ...healthy, ca: ca.cert, requestCert: true, ...options });
    const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
    const own = issuer?.().issue({ commonName: 'a client', names: [], purposes: ['clientAuth'] });
    const credentials = own === undefined ? {} : { cert: own.cert, key: own.key };
    const socket = keep(tls.connect({ port, host: 'localhost', ca: ca.cert, ...credentials }));
    const [peer] = await accepted;
    expect([peer.authorized, peer.authorizationError]).toEqual([authorized, authorizationError]);
    expect((peer.getPeerCertificate() as { subject?: { CN: string } }).subject?.CN).toBe(own && 'a client');
    expect(await echoed(socket, 'hello')).toBe('hello');
  });

  test.each([
    ['none', undefined, 'CERTIFICATE_REQUIRED', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
    ['a strange one', () => testCa(), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
  ] as const)('client certificate required, %s given: refused', async (_name, issuer, code, alert) => {
    const { server, port } = await ourServer({ ...healthy, ca: ca.cert, requestCert: true });
    const failed = once(server, 'tlsClientError') as Promise<[Error]>;
    const own = issuer?.().issue({ names: [], purposes: ['clientAuth'] });
    const credentials = own === undefined ? {} : { cert: own.cert, key: own.key };
    const socket = keep(tls.connect({ port, host: 'localhost', ca: ca.cert, ...credentials }));
    const [[error], told] = await Promise.all([failed, errorOf(socket)]);
    expect(error).toMatchObject({ code });
    expect(told.code?.replace('/', '_')).toBe(alert);
  });

  test('chooses among certificates by name and by what the client can verify', async () => {
    const certificates = [
      ca.issue({ commonName: 'rsa', names: ['a.example'], keyType: 'rsa' }),
      ca.issue({ commonName: 'ec', names: ['a.example'] }),
      ca.issue({ commonName: 'b', names: ['b.example', '*.b.example'] }),
    ];
    // Keys in another order than their certificates.
    const options = { cert: certificates.map(({ cert }) => cert), key: certificates.map(({ key }) => key).reverse() };
    const { server, port } = await ourServer(options);
    server.addContext('*.c.example', ca.issue({ commonName: 'c', names: ['*.c.example'] }));
    const chosen = async (servername: string, sigalgs: string) => {
      const socket = keep(tls.connect({ port, host: '127.0.0.1', servername, ca: ca.cert, sigalgs }));
      await once(socket, 'secureConnect');
      return socket.getPeerCertificate().subject.CN;
    };
    const any = 'ECDSA+SHA256:RSA-PSS+SHA256';
    expect(await chosen('a.example', any)).toBe('rsa');
    expect(await chosen('a.example', 'ECDSA+SHA256')).toBe('ec');
    expect(await chosen('b.example', any)).toBe('b');
    expect(await chosen('x.b.example', any)).toBe('b');
    expect(await chosen('x.c.example', any)).toBe('c');
    await expect(chosen('unknown.example', any)).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  test('SNICallback chooses, later or at once, and may refuse', async () => {
    const context = createSecureContext(ca.issue({ commonName: 'called', names: ['called.example'] }));
    const { server, port } = await ourServer({
      ...healthy,
      SNICallback(name, answer) {
        if (name === 'at-once.example') answer(null, context);
        else if (name === 'bad.example') answer(new Error('no such tenant'));
        else if (name === 'localhost') answer(null);
        else setTimeout(() => answer(null, context), 20);
      },
    });
    const chosen = async (servername: string) => {
      const socket = keep(
        tls.connect({ port, host: '127.0.0.1', servername, ca: ca.cert, checkServerIdentity: () => undefined }),
      );
      await once(socket, 'secureConnect');
      return socket.getPeerCertificate().subject.CN;
    };
    expect(await chosen('at-once.example')).toBe('called');
    expect(await chosen('later.example')).toBe('called');
    expect(await chosen('localhost')).toBe('localhost');
    const failed = once(server, 'tlsClientError');
    await expect(chosen('bad.example')).rejects.toThrow();
    expect((await failed)[0]).toMatchObject({ message: 'no such tenant' });
  });

  test('the context that SNICallback chose judges the client, too', async () => {
    const tenants = testCa('the roots of tenants');
    const context = createSecureContext({ ...healthy, ca: tenants.cert });
    const { server, port } = await ourServer({
      ...healthy,
      ca: ca.cert,
      requestCert: true,
      SNICallback: (_name, answer) => answer(null, context),
    });
    const own = tenants.issue({ commonName: 'a tenant', purposes: ['clientAuth'] });
    const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
    keep(tls.connect({ port, host: 'localhost', servername: 'localhost', ca: ca.cert, cert: own.cert, key: own.key }));
    const [peer] = await accepted;
    expect(peer.authorized).toBe(true);
  });

  test('keylog tells of every connection', async () => {
    const { server, port } = await ourServer({ ...healthy });
    const lines: string[] = [];
    server.on('keylog', (line: Buffer, socket: TLSSocket) => {
      expect(socket.encrypted).toBe(true);
      lines.push(line.toString());
    });
    const theirs: string[] = [];
    const socket = keep(tls.connect({ port, host: 'localhost', ca: ca.cert }));
    socket.on('keylog', (line: Buffer) => theirs.push(line.toString()));
    expect(await echoed(socket, 'x')).toBe('x');
    expect(lines).toEqual(expect.arrayContaining(theirs.filter((line) => !line.startsWith('RESUM'))));
    expect(theirs.length).toBeGreaterThanOrEqual(4);
  });

  test('new credentials count from the next connection on', async () => {
    const { server, port } = await ourServer({ ...healthy });
    const subject = async () => {
      const socket = keep(tls.connect({ port, host: 'localhost', ca: ca.cert }));
      await once(socket, 'secureConnect');
      return socket.getPeerCertificate().subject.CN;
    };
    expect(await subject()).toBe('localhost');
    server.setSecureContext(ca.issue({ commonName: 'renewed' }));
    expect(await subject()).toBe('renewed');
  });

  test('a plain-text client is told and turned away', async () => {
    const { server, port } = await ourServer({ ...healthy });
    const failed = once(server, 'tlsClientError') as Promise<[Error]>;
    const { connect: connectTcp } = await import('node:net');
    const socket = keep(connectTcp(port, '127.0.0.1'));
    socket.write('GET / HTTP/1.1\r\n\r\n');
    expect((await failed)[0]).toMatchObject({ code: 'NOT_TLS' });
    await once(socket.resume(), 'close');
    expect((server.address() as AddressInfo).port).toBe(port);
  });
});

/** The leaf alone. */
function withoutIntermediate({ cert, key, chain }: TestCertificate): TestCertificate {
  const end = '-----END CERTIFICATE-----\n';
  return { cert: cert.substring(0, cert.indexOf(end) + end.length), key, chain: chain.slice(0, 1) };
}
