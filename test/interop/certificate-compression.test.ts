/** Compressed certificates (RFC 8879) against programs that know nothing of ours. */
import { beforeAll, describe, expect, test } from 'vitest';
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
