/** Our client in TLS 1.2 with openssl: parameters, certificates, what is bound and what is refused. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { KeyType } from '../../src/crypto/index.ts';
import type { TLSSocket } from '../../src/node/index.ts';
import { opensslName } from '../../src/node/openssl-names.ts';
import { type PeerServer, startOpensslServer, tempDir } from '../support/peers.ts';
import { contextWith, diary, engineOf, failure, line, useEnds } from './ends.ts';
import { type FileCa, fileCa, OPENSSLS, presenting, reversingServer } from './openssl.ts';
import { EXCHANGES, FOREIGN_HASHES, SIGNATURES, TLS12 } from './tls12.ts';

const ends = useEnds();
const peers: PeerServer[] = [];
let files: FileCa;

beforeAll(() => {
  files = fileCa();
});

afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
});

async function greet(socket: TLSSocket) {
  socket.write('hello\n');
  expect(await line(socket)).toBe('olleh\n');
  expect(socket.getProtocol()).toBe(TLS12);
  return engineOf(socket).info;
}

describe.each(OPENSSLS)('our client, s_server of $name', (openssl) => {
  const { program } = openssl;
  const isMissing = program === undefined;
  const serve = async (args: readonly string[], keyType: KeyType = 'secp256r1') => {
    const peer = await reversingServer(openssl, [...presenting(files.ofType(keyType)), '-tls1_2', ...args]);
    peers.push(peer);
    return peer;
  };

  describe.skipIf(isMissing)('parameters', () => {
    test.each(EXCHANGES)('$suite, $openssl', async ({ suite, keyType, openssl: group, group: name }) => {
      const { port } = await serve(['-groups', group === 'P-256' ? group : `${group}:P-256`], keyType);
      const groups = [group, ...(group === 'P-256' ? [] : ['P-256'])];
      const socket = await ends.client({ port, ca: files.ca.cert, ciphers: opensslName(suite), groups });
      expect(await greet(socket)).toMatchObject({ cipherSuite: suite, group: name, extendedMasterSecret: true });
      expect(socket.getCipher()).toEqual({ name: opensslName(suite), standardName: suite, version: TLS12 });
    });

    test.each([...SIGNATURES, ...FOREIGN_HASHES])('the server signs by $scheme with $keyType', async (row) => {
      const { port } = await serve([], row.keyType);
      const socket = await ends.client({ port, ca: files.ca.cert, sigalgs: [row.scheme] });
      expect((await greet(socket)).peerSignatureScheme).toBe(row.scheme);
    });

    test.each(SIGNATURES)('the client signs by $scheme', async ({ scheme, keyType }) => {
      const verifying = ['-CAfile', files.caFile, '-Verify', '3', '-verify_return_error', '-client_sigalgs', scheme];
      const { port } = await serve(verifying);
      const { cert, key } = files.client(keyType);
      expect((await greet(await ends.client({ port, ca: files.ca.cert, cert, key }))).signatureScheme).toBe(scheme);
    });

    test.each([
      ['offering both', undefined],
      ['offering it alone', TLS12],
    ])('%s', async (_, maxVersion) => {
      const { port } = await serve(['-alpn', 'h2']);
      const socket = await ends.client({ port, ca: files.ca.cert, maxVersion, ALPNProtocols: ['h2'] });
      await greet(socket);
      expect([socket.alpnProtocol, socket.isSessionReused()]).toEqual(['h2', false]);
    });
  });

  describe.skipIf(isMissing)('the rest', () => {
    test('exporter and key log', async () => {
      const theirs = join(tempDir(), 'keys');
      const args = ['-keylogfile', theirs, '-keymatexport', 'EXPORTER-interop', '-keymatexportlen', '48'];
      const peer = await startOpensslServer([...presenting(files.ofType('rsa')), '-tls1_2', ...args], program);
      peers.push(peer);
      const ours: string[] = [];
      const secureContext = contextWith({ ca: files.ca.cert }, { keyLog: (text) => ours.push(text) });
      const socket = await ends.client({ port: peer.port, secureContext });
      const [, material] = await peer.waitFor(/Keying material: ([0-9A-F]{96})/);
      expect(socket.exportKeyingMaterial(48, 'EXPORTER-interop').toString('hex').toUpperCase()).toBe(material);
      expect(ours).toEqual([expect.stringMatching(/^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}$/)]);
      expect(readFileSync(theirs, 'utf8').split('\n')).toContain(ours[0]);
    });

    test('their wish to renegotiate is refused, which they take for a failure', async () => {
      const peer = await startOpensslServer([...presenting(files.ofType('rsa')), '-tls1_2'], program);
      peers.push(peer);
      const { trace, events } = diary();
      const socket = await ends.client({ port: peer.port, ca: files.ca.cert, trace });
      const failed = failure(socket);
      peer.write('r\n');
      expect(await failed).toMatchObject({ code: 'ALERT_RECEIVED', received: 'handshake_failure' });
      const sent = events.filter((event) => event.kind === 'alert' && event.direction === 'sent');
      expect(sent).toMatchObject([{ name: 'no_renegotiation', severity: 1 }]);
    });
  });
});
