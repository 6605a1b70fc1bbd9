/** Compressed certificates (RFC 8879) against programs that know nothing of ours. */
import zlib from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { requirePeer, run, startServer } from '../support/peers.ts';
import { diary, engineOf, line, ourEnd, useEnds } from './ends.ts';
import { askingClient, type FileCa, fileCa, OPENSSLS, presenting, reversingServer } from './openssl.ts';

const openssl = OPENSSLS.find(({ name }) => name === 'openssl35');
const ends = useEnds();
let files: FileCa;

beforeAll(() => {
  files = fileCa();
});

describe.skipIf(openssl?.program === undefined)('openssl35', () => {
  if (openssl === undefined) throw new Error('no such openssl');

  test('our client takes the certificate that s_server compressed', async () => {
    const server = await reversingServer(openssl, [...presenting(files.ofType('rsa')), '-cert_comp']);
    try {
      const told = diary();
      const options = { port: server.port, ca: files.ca.cert, trace: told.trace };
      const socket = await ends.client({ ...options, certificateCompression: ['zlib'] });
      socket.write('hello\n');
      expect(await line(socket)).toBe('olleh\n');
      expect(engineOf(socket).info.peerCertificateCompression).toBe(1);
      expect(told.messages()).toContain('received compressed_certificate');
    } finally {
      await server.stop();
    }
  });

  test('s_client takes the certificate that our server compressed, and we the one of s_client', async () => {
    const { cert, key } = files.ofType('rsa');
    const told = diary();
    const server = await ends.server({
      cert,
      key,
      ca: files.ca.cert,
      requestCert: true,
      certificateCompression: ['zlib'],
      trace: told.trace,
    });
    const [accepted, said] = await Promise.all([
      server.next(),
      askingClient(openssl, server.port, files.caFile, presenting(files.client())),
    ]);
    expect(said.stdout).toContain('HELLO');
    expect(told.messages()).toContain('sent compressed_certificate');
    expect(ourEnd(accepted).socket.authorized).toBe(true);
    expect(engineOf(ourEnd(accepted).socket).info.peerCertificateCompression).toBe(1);
  });
});

const node26 = requirePeer('node26');

describe.skipIf(node26 === undefined)('node26', () => {
  /** One process on each side of ours: it serves with the algorithm, and says what a client of its own got. */
  const SERVER = `
    const [name, cert, key] = process.argv.slice(1);
    const { readFileSync } = require('node:fs');
    const options = { cert: readFileSync(cert), key: readFileSync(key), certificateCompression: [name] };
    const server = require('node:tls').createServer(options, (socket) => socket.pipe(socket));
    server.listen(0, '127.0.0.1', () => console.log('ACCEPT ' + server.address().port));`;
  const CLIENT = `
    const [name, ca, port] = process.argv.slice(1);
    const roots = require('node:fs').readFileSync(ca);
    const options = { port, host: '127.0.0.1', ca: roots, servername: 'localhost', certificateCompression: [name] };
    require('node:tls').connect(options, function () { this.write('hello\\n'); this.pipe(process.stdout); });`;

  test.each(['zlib', 'brotli', 'zstd'] as const)('%s, both ways', async (name) => {
    if (node26 === undefined) throw new Error('no such Node');
    const { cert, key, certFile, keyFile } = files.ofType('rsa');
    const isOurs = name !== 'zstd' || 'zstdCompressSync' in zlib;
    // Where this Node has no zstd, what is offered is not understood, and the certificate comes as it is.
    const certificateCompression = [isOurs ? name : ('zlib' as const)];
    const peer = await startServer(node26, ['-e', SERVER, name, certFile, keyFile], { ready: /^ACCEPT (\d+)$/m });
    try {
      const socket = await ends.client({ port: peer.port, ca: files.ca.cert, certificateCompression });
      socket.write('hello\n');
      expect(await line(socket)).toBe('hello\n');
      const codes = { zlib: 1, brotli: 2, zstd: 3 };
      expect(engineOf(socket).info.peerCertificateCompression).toBe(isOurs ? codes[name] : undefined);
    } finally {
      await peer.stop();
    }
    const told = diary();
    const server = await ends.server({ cert, key, certificateCompression, trace: told.trace });
    const said = await run(node26, ['-e', CLIENT, name, files.caFile, String(server.port)], {});
    expect(said).toMatchObject({ stdout: 'HELLO\n', stderr: '' });
    expect(told.messages()).toContain(isOurs ? 'sent compressed_certificate' : 'sent certificate');
  });
});
