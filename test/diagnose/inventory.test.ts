/** Servers that share nothing with this client: what they do have, named by themselves. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/diagnose/index.ts';
import { ALL_CHANGES, changeOf, isChangeId } from '../../src/diagnose/index.ts';
import { type CheckOptions, check } from '../../src/node/probe/index.ts';
import { requirePeer, runOpenssl, startOpensslServer, tempDir } from '../support/peers.ts';

const openssl = requirePeer('openssl');

const KEYS = {
  p256: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  rsa: ['-newkey', 'rsa:2048'],
  ed448: ['-newkey', 'ed448'],
};

describe.skipIf(openssl === undefined)('openssl s_server', () => {
  const files: Record<string, { readonly key: string; readonly certificate: string }> = {};

  beforeAll(async () => {
    for (const [name, newKey] of Object.entries(KEYS)) {
      const folder = tempDir();
      const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
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

  async function diagnose(
    name: keyof typeof KEYS,
    server: readonly string[],
    options: CheckOptions = {},
  ): Promise<Report['findings'][number]> {
    const { key = '', certificate = '' } = files[name] ?? {};
    const peer = await startOpensslServer(['-key', key, '-cert', certificate, '-tls1_3', ...server]);
    try {
      const ca = readFileSync(certificate, 'utf8');
      const { findings } = await check(`127.0.0.1:${peer.port}`, { ca, sni: 'localhost', http: false, ...options });
      expect(findings.length).toBe(1);
      return findings[0] as (typeof findings)[number];
    } finally {
      await peer.stop();
    }
  }

  const ALL = 'that is all: without them the server refuses';

  test('cipher suites', async () => {
    const suites = ['TLS_AES_128_CCM_SHA256', 'TLS_AES_128_CCM_8_SHA256'];
    const { code, title, notes, evidence } = await diagnose('p256', ['-ciphersuites', suites.join(':')]);
    expect([code, title]).toEqual([
      'NO_COMMON_CIPHER_SUITE',
      `no common cipher suite: the server has ${suites.join(' and ')}`,
    ]);
    expect(notes).toEqual([ALL]);
    const table = evidence.find(({ kind }) => kind === 'table');
    expect(table?.kind === 'table' ? table.rows.map(({ value, source }) => [value, source.split(',')[0]]) : []).toEqual(
      suites.map((suite) => [suite, 'ServerHello']),
    );
  });

  test('groups', async () => {
    const { code, title, notes } = await diagnose('p256', ['-groups', 'X448:P-384:P-521'], { groups: ['x25519'] });
    expect([code, title]).toEqual(['NO_COMMON_GROUP', 'no common group: the server has x448, secp384r1 and secp521r1']);
    expect(notes).toEqual([ALL]);
  });

  test('groups, as far as connections reach', async () => {
    const { title, notes } = await diagnose('p256', ['-groups', 'X448:P-384:P-521'], {
      groups: ['x25519'],
      maxConnections: 6,
    });
    expect(title).toBe('no common group: the server has x448 and secp384r1');
    expect(notes).toEqual(['it may have more: it was asked for 2 groups and no further']);
  });

  test.each<[keyof typeof KEYS, string, string]>([
    ['p256', 'rsa_pss_rsae_sha256', 'ECDSA on P-256'],
    ['rsa', 'ecdsa_secp256r1_sha256', 'RSA'],
  ])('a key of %s against an offer of %s', async (key, scheme, expected) => {
    const { code, title, notes } = await diagnose(key, [], { signatureSchemes: [scheme], maxConnections: 20 });
    expect([code, title]).toEqual([
      'NO_COMMON_SIGNATURE_SCHEME',
      `no common signature scheme: the server has a key for ${expected}`,
    ]);
    expect(notes).toEqual(['that is all: without it the server refuses']);
  });
});

describe('the ids of the questions', () => {
  test.each([
    'cipher_suites:without:1304',
    'cipher_suites:without:1304.1305.fefe',
    'groups:without:001e',
    'signature_schemes:only:ml-dsa',
    ...ALL_CHANGES.map(({ id }) => id),
  ])('%s is one, and means what it says', (id) => {
    expect(isChangeId(id)).toBe(true);
    expect(changeOf(id as 'none').id).toBe(id);
  });

  test.each([
    'cipher_suites:without:',
    'cipher_suites:without:13',
    'groups:without:001E',
    `groups:without:${Array(33).fill('0001').join('.')}`,
    'signature_schemes:only:toString',
    'signature_schemes:without:0401',
    'handshake:none',
    '',
    7,
    undefined,
  ])('%s is none', (id) => {
    expect(isChangeId(id)).toBe(false);
  });
});
