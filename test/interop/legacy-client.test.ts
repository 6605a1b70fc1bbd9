/**
 * Our client with servers that only speak the suites behind its door: every key exchange with every protection, the MAC
 * inside and outside.
 */
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { opensslName } from '../../src/node/openssl-names.ts';
import type { LegacyMeans, LegacySuiteName } from '../../src/tls/index.ts';
import { LEGACY_SUITES, meansOf } from '../../src/tls/registry/legacy-suites.ts';
import type { Tls12Suite } from '../../src/tls/registry/tls12-suites.ts';
import { type PeerServer, requirePeer, runOpenssl, startServer, tempDir } from '../support/peers.ts';
import { contextWith, engineOf, line, useEnds } from './ends.ts';
import { GO_COMPILE_TIMEOUT, goPeer } from './go-peer.ts';
import { type CertificateFiles, type FileCa, fileCa, OPENSSLS, presenting, reversingServer } from './openssl.ts';
import { TLS12 } from './tls12.ts';

const go = requirePeer('go');

const ends = useEnds();
const peers: PeerServer[] = [];
let files: FileCa;
/** RSA keys that others may encrypt to. */
let rsa: CertificateFiles;

beforeAll(() => {
  files = fileCa();
  rsa = files.issue({ keyType: 'rsa', keyUsage: ['digitalSignature', 'keyEncipherment'] });
});

afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
});

const ALL: readonly LegacyMeans[] = ['rsa-key-transport', 'dhe', 'cbc', '3des', 'sha1-signatures'];
/** Neither openssl has 3DES in TLS; Go has. */
const SUITES = [...LEGACY_SUITES.values()].filter(isInOpenssl).map((suite) => ({
  suite: suite.name as LegacySuiteName,
  keyType: suite.authentication === 'rsa' ? ('rsa' as const) : ('secp256r1' as const),
  legacy: [...meansOf(suite)],
  isCbc: 'blockCipher' in suite,
}));

function isInOpenssl(suite: Tls12Suite): boolean {
  return !meansOf(suite).includes('3des');
}

const CBC = SUITES.filter(({ isCbc }) => isCbc);

describe.each(OPENSSLS)('our client, an old s_server of $name', (openssl) => {
  const isMissing = openssl.program === undefined;
  const serve = async (suite: LegacySuiteName, keyType: 'rsa' | 'secp256r1', args: readonly string[] = []) => {
    const own = presenting(keyType === 'rsa' ? rsa : files.ofType(keyType));
    const ciphers = ['-cipher', `${opensslName(suite)}:@SECLEVEL=0`];
    const peer = await reversingServer(openssl, [...own, '-tls1_2', ...ciphers, ...args]);
    peers.push(peer);
    return peer;
  };

  describe.skipIf(isMissing)('suites', () => {
    test.each(SUITES)('$suite', async ({ suite, keyType, legacy, isCbc }) => {
      const { port } = await serve(suite, keyType);
      const socket = await ends.client({ port, ca: files.ca.cert, legacy });
      socket.write('hello\n');
      expect(await line(socket)).toBe('olleh\n');
      const { info } = engineOf(socket);
      expect(info).toMatchObject({ cipherSuite: suite, extendedMasterSecret: true });
      expect(info.encryptThenMac).toBe(isCbc ? true : undefined);
      expect([socket.getProtocol(), socket.authorized]).toEqual([TLS12, true]);
    });

    test.each(CBC)('$suite with the MAC inside', async ({ suite, keyType, legacy }) => {
      const args = ['-no_etm'];
      const { port } = await serve(suite, keyType, args);
      const socket = await ends.client({ port, ca: files.ca.cert, legacy, ciphers: opensslName(suite) });
      const long = 'x'.repeat(10_000);
      socket.write(`${long}y\n`);
      expect(await line(socket)).toBe(`y${long}\n`);
      expect(engineOf(socket).info).toMatchObject({ cipherSuite: suite, encryptThenMac: false });
    });
  });

  describe.skipIf(isMissing)('the rest', () => {
    test('a client certificate where RSA encrypts', async () => {
      const verifying = ['-CAfile', files.caFile, '-Verify', '3', '-verify_return_error'];
      const { port } = await serve('TLS_RSA_WITH_AES_128_CBC_SHA', 'rsa', verifying);
      const { cert, key } = files.client('secp256r1');
      const socket = await ends.client({ port, ca: files.ca.cert, legacy: ALL, cert, key });
      socket.write('hello\n');
      expect(await line(socket)).toBe('olleh\n');
      expect(engineOf(socket).info.signatureScheme).toBe('ecdsa_secp256r1_sha256');
    });

    test.each(['1024', '2048'])('a group of %s bits that the server made up', async (bits) => {
      const file = join(tempDir(), 'dh.pem');
      // By DSA's way: quick, and the generator is no small number.
      const made = await runOpenssl(['dhparam', '-dsaparam', '-out', file, bits], '', openssl.program);
      expect(made.code).toBe(0);
      const { port } = await serve('TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', 'rsa', ['-dhparam', file]);
      const socket = await ends.client({ port, ca: files.ca.cert, legacy: ['dhe'] });
      socket.write('hello\n');
      expect(await line(socket)).toBe('olleh\n');
    });

    test('sessions resume', async () => {
      const { port } = await serve('TLS_RSA_WITH_AES_256_CBC_SHA', 'rsa');
      const options = { port, ca: files.ca.cert, legacy: ALL };
      const first = await ends.client(options);
      first.write('hello\n');
      expect(await line(first)).toBe('olleh\n');
      const session = first.getSession();
      // It serves one at a time.
      await new Promise((resolve) => first.end(() => first.destroy()).once('close', resolve));
      const second = await ends.client({ ...options, ...(session && { session }) });
      second.write('again\n');
      expect(await line(second)).toBe('niaga\n');
      expect(second.isSessionReused()).toBe(true);
      expect(engineOf(second).info.encryptThenMac).toBe(true);
    });

    test('a signature by SHA-1, where its name was said', async () => {
      const { port } = await serve('TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'rsa', ['-sigalgs', 'RSA+SHA1']);
      const socket = await ends.client({ port, ca: files.ca.cert, legacy: ['cbc', 'sha1-signatures'] });
      socket.write('hello\n');
      expect(await line(socket)).toBe('olleh\n');
      expect(engineOf(socket).info.peerSignatureScheme).toBe('rsa_pkcs1_sha1');
    });

    test('the door is shut unless it is named, whatever the cipher list says', async () => {
      const { port } = await serve('TLS_RSA_WITH_AES_128_CBC_SHA', 'rsa');
      const secureContext = contextWith(
        { ca: files.ca.cert, ciphers: 'TLS_RSA_WITH_AES_128_CBC_SHA:TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' },
        {},
      );
      expect(secureContext.config.cipherSuites).toEqual(['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256']);
      await expect(ends.client({ port, secureContext })).rejects.toMatchObject({ received: 'handshake_failure' });
      expect(() => contextWith({ ciphers: 'AES128-SHA' }, {})).toThrow(/without the option 'legacy'/);
    });

    test('a certificate that may not be encrypted to is refused', async () => {
      const own = presenting(files.ofType('rsa'));
      const peer = await reversingServer(openssl, [...own, '-tls1_2', '-cipher', 'AES128-SHA:@SECLEVEL=0']);
      peers.push(peer);
      const connecting = ends.client({ port: peer.port, ca: files.ca.cert, legacy: ALL });
      await expect(connecting).rejects.toMatchObject({ code: 'BAD_CERTIFICATE_KEY' });
    });
  });
});

const GO_SUITES = [
  'TLS_RSA_WITH_3DES_EDE_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA',
  'TLS_RSA_WITH_AES_128_CBC_SHA',
  'TLS_RSA_WITH_AES_128_CBC_SHA256',
  'TLS_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256',
] as const;

describe.skipIf(go === undefined)('our client, an old server of Go', () => {
  let program: string;

  beforeAll(async () => {
    if (go !== undefined) program = await goPeer();
  }, GO_COMPILE_TIMEOUT);

  test.each(GO_SUITES)('%s', async (suite) => {
    const args = ['server', ...presenting(rsa), '-max12', '-suites', suite];
    const peer = await startServer(program, args, { ready: /^ACCEPT \S+:(\d+)$/m });
    peers.push(peer);
    const socket = await ends.client({ port: peer.port, ca: files.ca.cert, legacy: ALL });
    socket.write('hello\n');
    expect(await line(socket)).toBe('HELLO\n');
    // Go does not put the MAC outside.
    expect(engineOf(socket).info).toMatchObject({ cipherSuite: suite, extendedMasterSecret: true });
    expect(engineOf(socket).info.encryptThenMac).not.toBe(true);
  });
});
