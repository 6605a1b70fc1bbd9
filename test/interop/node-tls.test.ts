/**
 * node:tls by the same tables as openssl: parameters and key updates. How alike the two faces are is the subject of
 * test/node.
 */
import { once } from 'node:events';
import tls from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import { opensslName } from '../../src/node/openssl-names.ts';
import { contextWith, diary, engineOf, line, ourEnd, useEnds } from './ends.ts';
import { CLASSICAL, clientGroups, exchangesOf, type FileCa, fileCa, SCHEMES } from './openssl.ts';
import { TLS12, SUITES as TLS12_SUITES } from './tls12.ts';

const ends = useEnds();
let files: FileCa;

beforeAll(() => {
  files = fileCa();
});

/** A server of node:tls that answers a line by it in capitals. */
function serve(options: tls.TlsOptions): Promise<number> {
  const { cert, key } = files.ofType('secp256r1');
  const server = tls.createServer({ cert, key, ...options }, (socket) => {
    ends.keep(socket).on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
  });
  return ends.listen(server);
}

/** A client of node:tls. */
async function ask(port: number, options: tls.ConnectionOptions): Promise<tls.TLSSocket> {
  const socket = ends.keep(tls.connect({ port, servername: 'localhost', ca: files.ca.cert, ...options }));
  await once(socket, 'secureConnect');
  socket.write('hello\n');
  expect(await line(socket)).toBe('HELLO\n');
  return socket;
}

const exchanges = exchangesOf(CLASSICAL);

describe('our client, server of node:tls', () => {
  test.each(exchanges)('$openssl, $suite, HelloRetryRequest: $isRetried', async (row) => {
    const port = await serve({ ecdhCurve: row.openssl });
    const socket = await ends.client({ port, ca: files.ca.cert, ciphers: row.suite, groups: clientGroups(row) });
    socket.write('hello\n');
    expect(await line(socket)).toBe('HELLO\n');
    const { group, suite: cipherSuite, isRetried: helloRetryRequest } = row;
    expect(engineOf(socket).info).toMatchObject({ group, cipherSuite, helloRetryRequest });
  });

  test.each(SCHEMES)('both sign by $scheme', async ({ scheme, keyType }) => {
    const { cert, key } = files.ofType(keyType);
    const port = await serve({ cert, key, sigalgs: scheme, ca: files.ca.cert, requestCert: true });
    const own = files.client(keyType);
    const socket = await ends.client({ port, ca: files.ca.cert, cert: own.cert, key: own.key });
    socket.write('hello\n');
    expect(await line(socket)).toBe('HELLO\n');
    expect(engineOf(socket).info).toMatchObject({ signatureScheme: scheme, peerSignatureScheme: scheme });
  });

  test.each(TLS12_SUITES)('TLS 1.2, $suite', async ({ suite, keyType }) => {
    const { cert, key } = files.ofType(keyType);
    const port = await serve({ cert, key, maxVersion: TLS12, ca: files.ca.cert, requestCert: true });
    const own = files.client(keyType);
    const socket = await ends.client({ port, ca: files.ca.cert, cert: own.cert, key: own.key, ciphers: suite });
    socket.write('hello\n');
    expect(await line(socket)).toBe('HELLO\n');
    expect(engineOf(socket).info).toMatchObject({ version: 'TLS 1.2', cipherSuite: suite, extendedMasterSecret: true });
    expect([socket.getProtocol(), socket.getPeerX509Certificate()?.subject]).toEqual([TLS12, 'CN=localhost']);
  });

  test('new keys on both sides', async () => {
    const port = await serve({});
    const { trace, messages } = diary();
    const socket = await ends.client({ port, ca: files.ca.cert, trace });
    for (const text of ['first', 'second']) {
      engineOf(socket).updateKeys(true);
      socket.write(`${text}\n`);
      expect(await line(socket)).toBe(`${text.toUpperCase()}\n`);
    }
    expect(messages('key_update').sort()).toEqual([
      'received key_update',
      'received key_update',
      'sent key_update',
      'sent key_update',
    ]);
  });
});

describe('client of node:tls, our server', () => {
  test.each(exchanges)('$openssl, $suite, HelloRetryRequest: $isRetried', async (row) => {
    const { cert, key } = files.ofType('secp256r1');
    const { port, next } = await ends.server({ cert, key, groups: row.openssl });
    const accepted = next();
    const socket = await ask(port, { ecdhCurve: clientGroups(row).join(':'), ciphers: row.suite });
    expect(socket.getCipher().name).toBe(row.suite);
    const { group, suite: cipherSuite, isRetried: helloRetryRequest } = row;
    expect(engineOf(ourEnd(await accepted).socket).info).toMatchObject({ group, cipherSuite, helloRetryRequest });
  });

  test.each(SCHEMES)('both sign by $scheme', async ({ scheme, keyType }) => {
    const { cert, key } = files.ofType(keyType);
    const options = { cert, key, ca: files.ca.cert, requestCert: true, sigalgs: [scheme] };
    const { port, next } = await ends.server(options);
    const accepted = next();
    const own = files.client(keyType);
    await ask(port, { cert: own.cert, key: own.key, sigalgs: scheme });
    const { socket } = ourEnd(await accepted);
    expect(engineOf(socket).info).toMatchObject({ signatureScheme: scheme, peerSignatureScheme: scheme });
  });

  test.each(TLS12_SUITES)('TLS 1.2, $suite', async ({ suite, keyType }) => {
    const { cert, key } = files.ofType(keyType);
    const { port, next } = await ends.server({ cert, key, ca: files.ca.cert, requestCert: true });
    const accepted = next();
    const own = files.client(keyType);
    const ciphers = opensslName(suite);
    const socket = await ask(port, { maxVersion: TLS12, ciphers, cert: own.cert, key: own.key });
    expect([socket.getProtocol(), socket.getCipher().name]).toEqual([TLS12, ciphers]);
    const { socket: peer } = ourEnd(await accepted);
    expect([peer.getProtocol(), peer.authorized, peer.getCipher()?.standardName]).toEqual([TLS12, true, suite]);
    const material = [socket, peer].map((end) => end.exportKeyingMaterial(20, 'EXPORTER-x', Buffer.from('y')));
    expect(material[0]).toEqual(material[1]);
  });

  test('new keys by themselves, every other record', async () => {
    const { cert, key } = files.ofType('secp256r1');
    const { trace, messages } = diary();
    const secureContext = contextWith({ cert, key }, { keyUpdateAfter: 2 });
    const { port } = await ends.server({ secureContext, trace }, (socket) => void socket.pipe(socket));
    const socket = ends.keep(tls.connect({ port, servername: 'localhost', ca: files.ca.cert }));
    for (let i = 0; i < 10; i++) {
      socket.write(`${i}\n`);
      expect(await line(socket)).toBe(`${i}\n`);
    }
    expect(messages('key_update').length).toBeGreaterThanOrEqual(4);
  });
});
