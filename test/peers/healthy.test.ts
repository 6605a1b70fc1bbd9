/** Servers that are built differently and have nothing wrong: no error, no warning. */
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { TlsOptions } from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KeyType } from '../../src/crypto/index.ts';
import { serve, writeFiles } from '../diagnose/serve.ts';
import { GO_COMPILE_TIMEOUT, goPeer } from '../interop/go-peer.ts';
import { requirePeer, startServer } from '../support/peers.ts';
import { testCa } from '../support/pki.ts';
import { caFile, during, HOST, issue, nginx, openssl, type Setup, said } from './servers.ts';

const root = testCa('healthy root');
const [rootFile] = writeFiles(root.cert);
const trusted = ['--ca', rootFile];

/** A certificate with a key of a type. */
const ofType = (keyType: KeyType) => root.issue({ names: [HOST], keyType });

/** Below three intermediates. */
const deep = root
  .intermediate('one')
  .intermediate('two')
  .intermediate('three')
  .issue({ names: [HOST] });
const asked = `ssl_client_certificate ${caFile}; ssl_verify_client optional;`;

type Servers = Readonly<Record<string, Setup>>;

const onNginx: Servers = {
  'nginx, both versions': nginx(),
  'nginx, HTTP/2': nginx('', { listen: 'ssl http2' }),
  'nginx, TLS 1.2 alone': nginx('', { protocols: 'TLSv1.2' }),
  'nginx, TLS 1.3 alone': nginx('', { protocols: 'TLSv1.3' }),
  'nginx, TLS 1.3 alone, every version asked for': nginx('', { protocols: 'TLSv1.3', flags: ['--versions'] }),
  'nginx, RSA': nginx('', { credential: issue({ keyKind: 'rsa' }) }),
  'nginx, RSA at TLS 1.2': nginx('', { credential: issue({ keyKind: 'rsa' }), protocols: 'TLSv1.2' }),
  'nginx, P-384': nginx('', { credential: ofType('secp384r1'), flags: trusted }),
  'nginx, Ed25519': nginx('', { credential: ofType('ed25519'), flags: trusted }),
  'nginx, three intermediates': nginx('', { credential: deep, flags: trusted }),
  'nginx, a client certificate is optional': nginx(asked),
  'nginx, the same at TLS 1.2': nginx(asked, { protocols: 'TLSv1.2' }),
  'nginx, ChaCha20 at TLS 1.2': nginx('ssl_ciphers ECDHE-ECDSA-CHACHA20-POLY1305;', { protocols: 'TLSv1.2' }),
  'nginx, it redirects': nginx('return 301 https://www.shop.example/;'),
  'nginx, it fails at HTTP': nginx('return 503;'),
};

const onOpenssl: Servers = {
  'openssl, as it comes': openssl(),
  'openssl, P-521': openssl([], { credential: ofType('secp521r1'), flags: trusted }),
  'openssl, RSA-PSS': openssl([], { credential: ofType('rsa-pss'), flags: trusted }),
  'openssl, a group by HelloRetryRequest': openssl(['-groups', 'P-384']),
  'openssl, no tickets': openssl(['-num_tickets', '0']),
  'openssl, no tickets at TLS 1.2': openssl(['-tls1_2', '-no_ticket']),
};

const program = requirePeer('openssl35');
const onOpenssl35: Servers = {
  'openssl 3.5, a hybrid group': openssl([], { program }),
  'openssl 3.5, TLS 1.2': openssl(['-tls1_2'], { program }),
  'openssl 3.5, ML-KEM alone of the hybrids': openssl(['-groups', 'X25519MLKEM768'], { program }),
};

/** A check of a server, which has to be healthy; its name tells which version is missing. */
async function expectHealthy(name: string, port: number, flags: readonly string[] = []): Promise<void> {
  const seen = await said(port, flags);
  const missing = name.includes('TLS 1.2') ? ['TLS13_NOT_SUPPORTED'] : ['TLS12_NOT_SUPPORTED'];
  expect(seen.notices).toEqual(name.includes('TLS 1.2') || flags.includes('--versions') ? missing : []);
  expect(seen, JSON.stringify(seen.faults)).toMatchObject({ code: 0, status: 'healthy', faults: [] });
  // One more offers the session, where there is one.
  expect(seen.connections).toBe((flags.includes('--versions') ? 7 : 1) + (name.endsWith('no tickets') ? 0 : 1));
}

const peers: readonly (readonly [string, string | undefined, Servers])[] = [
  ['nginx', requirePeer('nginx'), onNginx],
  ['openssl', requirePeer('openssl'), onOpenssl],
  ['openssl 3.5', program, onOpenssl35],
];

for (const [name, path, servers] of peers) {
  describe.skipIf(path === undefined)(name, () => {
    test.each(Object.entries(servers))('%s', (title, setup) =>
      during(setup, ({ port }) => expectHealthy(title, port, setup.flags)),
    );
  });
}

describe('node:tls', () => {
  const settings: readonly (readonly [string, TlsOptions])[] = [
    ['both versions', {}],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }],
    ['TLS 1.3', { minVersion: 'TLSv1.3' }],
    ['a client certificate is optional', { requestCert: true, rejectUnauthorized: false }],
  ];

  test.each(settings)('HTTP/1.1, %s', async (title, options) => {
    const server = createHttpsServer({ ...issue(), ...options }, (_request, response) => response.end('served'));
    await expectHealthy(title, await serve(server));
  });

  test('HTTP/2', async () => {
    const server = createSecureServer(issue(), (_request, response) => response.end('served'));
    await expectHealthy('HTTP/2', await serve(server));
  });
});

describe.skipIf(requirePeer('go') === undefined)('net/http of Go', () => {
  let peer: string;

  beforeAll(async () => {
    peer = await goPeer();
  }, GO_COMPILE_TIMEOUT);

  test.each([
    ['both versions', []],
    ['TLS 1.2', ['-max12']],
    ['P-256 by HelloRetryRequest', ['-curves', 'P256']],
  ])('%s', async (title, more) => {
    const { cert, key } = issue();
    const [certFile, keyFile] = writeFiles(cert, key);
    const args = ['server', '-http', '-cert', certFile, '-key', keyFile, ...more];
    const start = () => startServer(peer, args, { ready: /^ACCEPT \S+:(\d+)$/m });
    await during({ start, flags: [] }, ({ port }) => expectHealthy(title, port));
  });
});
