/** Servers without TLS 1.3, by openssl: what they say first is read and judged. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/diagnose/index.ts';
import { type CheckOptions, check } from '../../src/node/probe/index.ts';
import { requirePeer, runOpenssl, startOpensslServer, tempDir } from '../support/peers.ts';

const openssl = requirePeer('openssl');

const KEYS = {
  p256: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  p521: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  rsa: ['-newkey', 'rsa:2048'],
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

  async function diagnose(name: keyof typeof KEYS, server: readonly string[], options: CheckOptions = {}) {
    const { key = '', certificate = '' } = files[name] ?? {};
    const peer = await startOpensslServer(['-key', key, '-cert', certificate, ...server]);
    try {
      const ca = readFileSync(certificate, 'utf8');
      return await check(`127.0.0.1:${peer.port}`, { ca, sni: 'localhost', ...options });
    } finally {
      await peer.stop();
    }
  }

  test.each<[string, keyof typeof KEYS, string[], string, string | undefined, string]>([
    ['TLS 1.2', 'p256', ['-tls1_2'], 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'x25519', 'proved'],
    ['RSA that signs', 'rsa', ['-tls1_2'], 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'x25519', 'proved'],
    ['a key on P-521', 'p521', ['-tls1_2'], 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'x25519', 'proved'],
    [
      'CBC',
      'p256',
      ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-SHA'],
      'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
      'x25519',
      'proved',
    ],
    [
      'DHE',
      'rsa',
      ['-tls1_2', '-cipher', 'DHE-RSA-AES128-GCM-SHA256'],
      'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
      '2048-bit prime',
      'proved',
    ],
    [
      'RSA that decrypts',
      'rsa',
      ['-tls1_2', '-cipher', 'AES128-SHA'],
      'TLS_RSA_WITH_AES_128_CBC_SHA',
      undefined,
      'unchecked',
    ],
  ])('%s', async (_, name, server, cipherSuite, group, proof) => {
    const report = await diagnose(name, server);
    expect(report.findings.map(({ code, severity }) => [code, severity])).toEqual([['TLS13_NOT_SUPPORTED', 'notice']]);
    expect(report.summary).toMatch(/ healthy in TLS 1\.2$/);
    expect(exitCodeOf(report, 'error')).toBe(0);
    const [address] = report.facts.addresses;
    expect(address?.negotiated).toMatchObject({ version: 'TLS 1.2', cipherSuite, complete: false });
    expect(address?.negotiated.group).toBe(group);
    expect(address?.chain).toMatchObject({ trusted: true });
    expect(address?.flight?.keyProof?.status).toBe(proof);
    expect(report.steps.map(({ status, text }) => [status, text]).slice(2)).toEqual([
      ['good', expect.stringMatching(/^1\.2 · /)],
      ['good', 'localhost · 89/90 days left'],
      ['none', 'not measured'],
    ]);
  });

  test('a client certificate that is asked for does not hide what works', async () => {
    const { findings, facts } = await diagnose('p256', ['-tls1_2', '-Verify', '1']);
    expect(findings.map(({ code }) => code)).toEqual(['TLS13_NOT_SUPPORTED']);
    expect(facts.addresses[0]?.negotiated.certificateRequested).toBe(true);
  });

  test('the chain is judged as any other, with the bytes in its Certificate message', async () => {
    const { findings } = await diagnose('p256', ['-tls1_2'], {
      sni: 'other.example',
      at: Date.now() + 100 * 86_400_000,
    });
    expect(findings.map(({ code }) => code)).toEqual(['TLS13_NOT_SUPPORTED', 'CERT_EXPIRED', 'NAME_MISMATCH']);
    const expired = findings.find(({ code }) => code === 'CERT_EXPIRED');
    expect(expired?.where?.message).toBe('Certificate message');
    const [evidence] = expired?.evidence ?? [];
    if (evidence?.kind !== 'bytes') throw new Error(evidence?.kind);
    // UTCTime, 13 bytes.
    expect([...evidence.bytes.subarray(0, 2)]).toEqual([0x17, 13]);
    expect(evidence.start).toBe(expired?.where?.bytes.start);
  });

  test.each([
    ['TLS 1.1', '-tls1_1'],
    ['TLS 1.0', '-tls1'],
  ])('%s alone is too old, and its certificate is judged all the same', async (version, flag) => {
    const report = await diagnose('rsa', [flag, '-cipher', 'ALL:@SECLEVEL=0'], { sni: 'other.example' });
    expect(report.findings.map(({ code }) => code)).toEqual(['NO_COMMON_VERSION', 'NAME_MISMATCH']);
    expect(report.summary).toMatch(new RegExp(`the server stops at ${version}$`));
    expect(exitCodeOf(report, 'error')).toBe(1);
    expect(report.facts.addresses[0]?.flight?.keyProof?.status).toBe('unchecked');
  });
});
