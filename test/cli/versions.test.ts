/** The built command with --versions and --tls against openssl: its JSON, its exit codes, and the commands it gives to colleagues. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { startNameServer } from '../../src/lab/name-server.ts';
import { check } from '../../src/node/probe/index.ts';
import { requirePeer, run, runOpenssl, startOpensslServer, startServer, tempDir } from '../support/peers.ts';
import { hellofin, parseDocument } from './command.ts';

const openssl = requirePeer('openssl');

const KEYS = { p256: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], rsa: ['-newkey', 'rsa:2048'] };

describe.skipIf(openssl === undefined)('openssl s_server', () => {
  const files: Record<string, { readonly key: string; readonly certificate: string }> = {};

  beforeAll(async () => {
    for (const [name, newKey] of Object.entries(KEYS)) {
      const folder = tempDir();
      const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,DNS:two.example'];
      const args = [
        'req',
        '-x509',
        ...newKey,
        '-nodes',
        '-keyout',
        key,
        '-out',
        certificate,
        '-days',
        '90',
        ...subject,
      ];
      const made = await runOpenssl(args);
      if (made.code !== 0) throw new Error(made.stderr);
      files[name] = { key, certificate };
    }
  });

  function credential(name: keyof typeof KEYS) {
    const { key = '', certificate = '' } = files[name] ?? {};
    return { key, certificate, args: ['-key', key, '-cert', certificate] };
  }

  const OLD = ['-cipher', 'ALL:@SECLEVEL=0'];

  test('the document of --versions has its form', async () => {
    const { args, certificate } = credential('rsa');
    const server = await startOpensslServer([...args, ...OLD, '-min_protocol', 'TLSv1']);
    try {
      const flags = ['--ca', certificate, '--no-http', '--versions', '--json'];
      const { code, stdout } = await hellofin([`localhost:${server.port}`, '-4', ...flags]);
      expect(code).toBe(0);
      const [result] = parseDocument(stdout).results ?? [];
      expect(result).toMatchObject({
        findings: [{ code: 'OLD_VERSION_ENABLED' }],
        addresses: [
          {
            versions: {
              preferred: 'TLS 1.3',
              list: [
                { version: 'TLS 1.3', supported: true, answer: 'ServerHello, TLS 1.3' },
                { version: 'TLS 1.2', supported: true },
                { version: 'TLS 1.1', supported: true },
                { version: 'TLS 1.0', supported: true },
                { version: 'SSL 3.0', supported: false },
              ],
            },
          },
        ],
      });
      const strict = await hellofin([`localhost:${server.port}`, '-4', ...flags, '--fail-on', 'warning']);
      expect(strict.code).toBe(1);
    } finally {
      await server.stop();
    }
  });

  test('the document of a flight has its form', async () => {
    const { args, certificate } = credential('rsa');
    const server = await startOpensslServer([...args, '-tls1_2', '-cipher', 'AES128-SHA']);
    try {
      const { stdout } = await hellofin([`localhost:${server.port}`, '-4', '--ca', certificate, '--json']);
      expect(parseDocument(stdout).results?.[0]).toMatchObject({
        addresses: [{ tls: { version: 'TLS 1.2', complete: false, keyProof: { status: 'unchecked' } } }],
      });
    } finally {
      await server.stop();
    }
  });

  test('--tls takes a version that is spoken', async () => {
    const { code, stderr } = await hellofin(['check', '127.0.0.1:9', '--tls', '1.1']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--tls.*1\.1.*1\.2, 1\.3/);
  });

  test.each<[string, keyof typeof KEYS, string[], RegExp]>([
    ['TLS13_NOT_SUPPORTED', 'p256', ['-tls1_2'], /alert protocol version|unsupported protocol/],
    ['TLS12_NOT_SUPPORTED', 'p256', ['-tls1_3'], /alert protocol version/],
    ['OLD_CIPHER_SUITES_ONLY', 'rsa', ['-tls1_2', '-cipher', 'AES128-SHA'], /alert handshake failure/],
    ['NO_COMMON_VERSION', 'rsa', ['-tls1_1', ...OLD], /alert protocol version|unsupported protocol/],
    [
      'NO_COMMON_CIPHER_SUITE',
      'p256',
      ['-tls1_3', '-ciphersuites', 'TLS_AES_128_CCM_SHA256'],
      /alert handshake failure/,
    ],
    ['NO_COMMON_GROUP', 'p256', ['-tls1_3', '-groups', 'X448'], /alert handshake failure/],
  ])('the commands of %s show it to a colleague', async (code, name, server, symptom) => {
    const { args, certificate } = credential(name);
    const peer = await startOpensslServer([...args, ...server]);
    try {
      const ca = readFileSync(certificate, 'utf8');
      const options = { ca, caFile: certificate, sni: 'localhost', http: false, versions: true };
      const { findings } = await check(`127.0.0.1:${peer.port}`, options);
      const finding = findings.find((one) => one.code === code);
      expect(finding?.reproduce.length).toBeGreaterThan(0);
      const { stdout, stderr } = await run('sh', ['-c', finding?.reproduce[0] ?? '']);
      expect(stdout + stderr).toMatch(symptom);
    } finally {
      await peer.stop();
    }
  });

  test('every address of a server that is too old shows its certificate', async () => {
    const [first, second] = [credential('p256'), credential('rsa')];
    const server = await startOpensslServer([...first.args, '-tls1_1', ...OLD]);
    const accept = ['s_server', '-accept', `127.0.0.2:${server.port}`, ...second.args, '-tls1_1', ...OLD];
    const other = await startServer(openssl ?? '', accept, { ready: /^ACCEPT/m, port: server.port });
    const names = await startNameServer(new Map([['two.example', { a: ['127.0.0.1', '127.0.0.2'] }]]));
    try {
      const ca = [first, second].map(({ certificate }) => readFileSync(certificate, 'utf8')).join('');
      const report = await check(`two.example:${server.port}`, { ca, resolver: names.url, http: false });
      const keys = report.facts.addresses.map(({ flight, chain }) => [flight?.flight.isComplete, chain?.trusted]);
      expect(keys).toEqual([
        [true, true],
        [true, true],
      ]);
      // One search: the second address is asked once.
      expect(report.facts.addresses.map(({ exchanges }) => exchanges.length)).toEqual([2, 1]);
    } finally {
      await names.close();
      await other.stop();
      await server.stop();
    }
  });
});
