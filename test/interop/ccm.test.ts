/** CCM, which is on request only, with openssl in both roles and both versions. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { opensslName, type SuiteName } from '../../src/node/openssl-names.ts';
import type { PeerServer } from '../support/peers.ts';
import { engineOf, line, useEnds } from './ends.ts';
import { askingClient, type FileCa, fileCa, OPENSSLS, presenting, reversingServer } from './openssl.ts';

const ends = useEnds();
const peers: PeerServer[] = [];
let files: FileCa;

beforeAll(() => {
  files = fileCa();
});

afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
});

const SUITES: readonly SuiteName[] = [
  'TLS_AES_128_CCM_SHA256',
  'TLS_AES_128_CCM_8_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CCM',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CCM',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8',
];

/** Tags of 8 bytes are below openssl's default level. */
function choosing(suite: SuiteName): string[] {
  if (!suite.includes('_WITH_')) return ['-ciphersuites', suite, '-cipher', 'DEFAULT:@SECLEVEL=0'];
  return ['-cipher', `${opensslName(suite)}:@SECLEVEL=0`, '-tls1_2'];
}

describe.each(OPENSSLS)('$name', (openssl) => {
  describe.skipIf(openssl.program === undefined)('CCM', () => {
    test.each(SUITES)('our client: %s', async (suite) => {
      const peer = await reversingServer(openssl, [...presenting(files.ofType('secp256r1')), ...choosing(suite)]);
      peers.push(peer);
      const socket = await ends.client({ port: peer.port, ca: files.ca.cert, ciphers: suite });
      socket.write('hello\n');
      expect(await line(socket)).toBe('olleh\n');
      expect(engineOf(socket).info.cipherSuite).toBe(suite);
    });

    test.each(SUITES)('our server: %s', async (suite) => {
      const { cert, key } = files.ofType('secp256r1');
      const { port } = await ends.server({ cert, key, ciphers: suite });
      const { stdout, stderr } = await askingClient(openssl, port, files.caFile, choosing(suite));
      expect(stderr).toContain(`Ciphersuite: ${opensslName(suite)}`);
      expect(stdout).toContain('HELLO');
    });
  });
});
