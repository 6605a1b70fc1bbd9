/** ML-DSA certificates against OpenSSL 3.5. Our client verifies them on any Node by the portable provider. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nobleCrypto } from '../../src/crypto/noble/index.ts';
import { hasMlDsa } from '../../src/crypto/node/ml-dsa.ts';
import type { PeerServer } from '../support/peers.ts';
import { engineOf, line, ourEnd, useEnds } from './ends.ts';
import { askingClient, type FileCa, fileCa, OPENSSLS, presenting, reversingServer } from './openssl.ts';

const openssl = OPENSSLS.find(({ name }) => name === 'openssl35');
const ends = useEnds();
const SCHEMES = [
  { scheme: 'mldsa44', keyType: 'ml-dsa-44' },
  { scheme: 'mldsa65', keyType: 'ml-dsa-65' },
  { scheme: 'mldsa87', keyType: 'ml-dsa-87' },
] as const;
let files: FileCa;

beforeAll(() => {
  files = fileCa();
});

describe.skipIf(openssl?.program === undefined).each(SCHEMES)('$scheme', ({ scheme, keyType }) => {
  if (openssl === undefined) throw new Error('no such openssl');
  let server: PeerServer;

  beforeAll(async () => {
    server = await reversingServer(openssl, presenting(files.ofType(keyType)));
  });
  afterAll(() => server.stop());

  test.each(hasMlDsa ? ['portable', 'native'] : ['portable'])(
    'signs for s_server, verified by the %s provider',
    async (by) => {
      const crypto = by === 'portable' ? { crypto: nobleCrypto } : {};
      const socket = await ends.client({ port: server.port, ca: files.ca.cert, sigalgs: [scheme], ...crypto });
      socket.write('hello\n');
      expect(await line(socket)).toBe('olleh\n');
      expect(engineOf(socket).info.peerSignatureScheme).toBe(scheme);
    },
  );

  test.skipIf(!hasMlDsa)('signs for our server, and for s_client before it', async () => {
    const { cert, key } = files.ofType(keyType);
    const { port, next } = await ends.server({ cert, key, ca: files.ca.cert, requestCert: true });
    const accepted = next();
    const { stdout } = await askingClient(openssl, port, files.caFile, presenting(files.client(keyType)));
    expect(stdout).toContain('HELLO');
    const { socket } = ourEnd(await accepted);
    expect(engineOf(socket).info).toMatchObject({ signatureScheme: scheme, peerSignatureScheme: scheme });
    expect(socket.authorized).toBe(true);
  });
});
