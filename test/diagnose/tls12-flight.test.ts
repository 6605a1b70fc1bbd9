/** Servers without TLS 1.3: TLS 1.2 is taken to its end, and what this client does not speak is read as far as it is in clear. */
import { readFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/diagnose/index.ts';
import { createCa } from '../../src/lab/ca.ts';
import { httpsServer } from '../../src/lab/endpoints/https.ts';
import { type CheckOptions, check } from '../../src/node/probe/index.ts';
import { decodeMessage, EXTENSION_TYPES } from '../../src/tls/wire.ts';
import { requirePeer, runOpenssl, startOpensslServer, tempDir } from '../support/peers.ts';
import { listen } from '../support/sockets.ts';

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

  test.each<[string, keyof typeof KEYS, string[]]>([
    ['a key on P-256', 'p256', []],
    ['a key of RSA', 'rsa', []],
    ['a key on P-521', 'p521', []],
    ['another curve', 'p256', ['-groups', 'P-384']],
  ])('TLS 1.2 with %s is taken to its end', async (_, name, server) => {
    const report = await diagnose(name, ['-tls1_2', ...server], { http: false });
    expect(report.findings.map(({ code, severity }) => [code, severity])).toEqual([['TLS13_NOT_SUPPORTED', 'notice']]);
    expect(report.summary).toMatch(/ healthy in TLS 1\.2$/);
    expect(exitCodeOf(report, 'error')).toBe(0);
    const { connections, addresses } = report.facts;
    expect(connections).toBe(2);
    expect(addresses[0]?.negotiated).toMatchObject({ version: 'TLS 1.2', complete: true });
    const [finding] = report.findings;
    expect(finding?.where).toEqual({ message: 'ServerHello message', bytes: { start: 4, end: 6 } });
    expect(finding?.evidence[0]).toMatchObject({ kind: 'bytes', mark: { start: 4, end: 6 } });
  });

  test.each<[string, keyof typeof KEYS, string, string, string | undefined, string, RegExp]>([
    [
      'CBC',
      'p256',
      'ECDHE-ECDSA-AES128-SHA',
      'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
      'x25519',
      'proved',
      /: no authenticated encryption$/,
    ],
    [
      'DHE',
      'rsa',
      'DHE-RSA-AES128-GCM-SHA256',
      'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
      '2048-bit prime',
      'proved',
      /: Diffie-Hellman in a finite field$/,
    ],
    [
      'RSA that decrypts',
      'rsa',
      'AES128-SHA',
      'TLS_RSA_WITH_AES_128_CBC_SHA',
      undefined,
      'unchecked',
      /: no forward secrecy and no authenticated encryption$/,
    ],
    [
      'two of different kinds',
      'rsa',
      'AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256',
      'TLS_RSA_WITH_AES_128_GCM_SHA256',
      undefined,
      'unchecked',
      /: each is old in its own way$/,
    ],
  ])('%s alone is old: read in clear, then completed', async (_, name, cipher, cipherSuite, group, proof, title) => {
    const report = await diagnose(name, ['-tls1_2', '-cipher', cipher], { http: false });
    expect(report.findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['OLD_CIPHER_SUITES_ONLY', 'warning'],
      ['TLS13_NOT_SUPPORTED', 'notice'],
    ]);
    const [finding] = report.findings;
    expect(finding?.title).toMatch(title);
    expect(finding?.title).toContain(cipherSuite);
    expect(finding?.notes[0]).toMatch(/^that is all/);
    expect(exitCodeOf(report, 'error')).toBe(0);
    const [address] = report.facts.addresses;
    const probe = address?.handshakes.find(({ change }) => change === 'handshake:cipher_suites:old');
    expect(probe?.negotiated.complete).toBe(true);
    const shown = `with old suites on offer the handshake completes (${probe?.negotiated.cipherSuite})`;
    expect(finding?.notes).toContain(shown);
    // The first hello, and every other that is made like it, offers none.
    expect(address?.tls?.input).not.toHaveProperty('oldCipherSuites');
    expect(address?.negotiated).toMatchObject({ version: 'TLS 1.2', cipherSuite, complete: false });
    expect(address?.negotiated.group).toBe(group);
    expect(address?.chain).toMatchObject({ trusted: true });
    expect(address?.flight?.keyProof?.status).toBe(proof);
    expect(report.steps.map(({ status, text }) => [status, text]).slice(2)).toEqual([
      ['warn', expect.stringMatching(/^1\.2 · /)],
      ['good', 'localhost · 89/90 days left'],
      ['none', 'not asked'],
    ]);
  });

  test('behind an old suite there is HTTP', async () => {
    const { key = '', certificate = '' } = files.rsa ?? {};
    const cert = readFileSync(certificate, 'utf8');
    const options = { key: readFileSync(key), cert, ciphers: 'AES128-SHA', maxVersion: 'TLSv1.2' } as const;
    const server = createHttpsServer(options, (_, response) => response.end('here'));
    const port = await listen(server);
    try {
      const report = await check(`https://127.0.0.1:${port}`, { ca: cert, sni: 'localhost' });
      expect(report.steps.find(({ step }) => step === 'http')).toMatchObject({ status: 'good', text: '200' });
      expect(report.findings.map(({ code }) => code)).toContain('OLD_CIPHER_SUITES_ONLY');
    } finally {
      server.close();
    }
  });

  test('what does not complete with old suites either is told', async () => {
    const report = await diagnose('rsa', ['-tls1_2', '-cipher', 'CAMELLIA128-SHA'], { http: false });
    const [finding] = report.findings;
    expect(finding?.code).toBe('OLD_CIPHER_SUITES_ONLY');
    expect(finding?.notes).toContainEqual(expect.stringMatching(/^read to ServerHelloDone and no further/));
    expect(finding?.notes).toContainEqual(
      expect.stringMatching(/^with old suites on offer the handshake does not complete: .*handshake_failure/),
    );
  });

  test('suites that are not old and that this client has not are no common suite', async () => {
    const { findings } = await diagnose('p256', ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-CCM'], { http: false });
    expect(findings.map(({ code }) => code)).toEqual(['NO_COMMON_CIPHER_SUITE', 'TLS13_NOT_SUPPORTED']);
  });

  test('a group of TLS 1.2 that this client has not is named', async () => {
    const { findings } = await diagnose('p256', ['-tls1_2', '-groups', 'X448'], { http: false });
    expect(findings.map(({ code }) => code)).toEqual(['NO_COMMON_GROUP', 'TLS13_NOT_SUPPORTED']);
    expect(findings[0]?.title).toBe('no common group: the server has x448');
  });

  test('the chain of a flight is judged as any other, with the bytes in its Certificate message', async () => {
    const changed = { sni: 'other.example', at: Date.now() + 100 * 86_400_000 };
    const { findings } = await diagnose('rsa', ['-tls1_2', '-cipher', 'AES128-SHA'], changed);
    const found = findings.map(({ code }) => code);
    expect(found).toEqual(['OLD_CIPHER_SUITES_ONLY', 'TLS13_NOT_SUPPORTED', 'CERT_EXPIRED', 'NAME_MISMATCH']);
    const expired = findings.find(({ code }) => code === 'CERT_EXPIRED');
    expect(expired?.where?.message).toBe('Certificate message');
    const [evidence] = expired?.evidence ?? [];
    if (evidence?.kind !== 'bytes') throw new Error(evidence?.kind);
    // UTCTime, 13 bytes.
    expect([...evidence.bytes.subarray(0, 2)]).toEqual([0x17, 13]);
    expect(evidence.start).toBe(expired?.where?.bytes.start);
  });

  test('a client certificate that a flight asks for is told', async () => {
    const [finding] = (await diagnose('rsa', ['-tls1_2', '-cipher', 'AES128-SHA', '-Verify', '1'])).findings;
    expect(finding?.code).toBe('OLD_CIPHER_SUITES_ONLY');
    expect(finding?.notes).toContain(
      'the server asks for a client certificate; whether it goes on without one is not measured',
    );
  });

  test('a client certificate that TLS 1.2 requires is told by its reason, not by its alert', async () => {
    const { findings } = await diagnose('p256', ['-tls1_2', '-Verify', '1'], { http: false });
    expect(findings.map(({ code }) => code)).toContain('CLIENT_CERT_REQUIRED');
  });

  test.each([
    ['TLS 1.1', '-tls1_1'],
    ['TLS 1.0', '-tls1'],
  ])('%s alone is too old, and its certificate is judged all the same', async (version, flag) => {
    const report = await diagnose('rsa', [flag, '-cipher', 'ALL:@SECLEVEL=0'], { sni: 'other.example' });
    expect(report.findings.map(({ code }) => code)).toEqual(['NO_COMMON_VERSION', 'NAME_MISMATCH']);
    expect(report.summary).toMatch(new RegExp(`the server speaks ${version} at most$`));
    expect(exitCodeOf(report, 'error')).toBe(1);
    expect(report.facts.addresses[0]?.flight?.keyProof?.status).toBe('unchecked');
  });

  describe('one version alone, by --tls', () => {
    test('1.3 of a server of TLS 1.2', async () => {
      const { findings } = await diagnose('p256', ['-tls1_2'], { tls: '1.3', http: false });
      expect(findings.map(({ code }) => code)).toEqual(['NO_COMMON_VERSION']);
      expect(findings[0]?.title).toBe('the server speaks TLS 1.2 at most; TLS 1.3 alone was offered');
      expect(findings[0]?.fix.text).toMatch(/^leave --tls out, or enable TLS 1\.3 /);
      expect(findings[0]?.reproduce).toEqual([expect.stringContaining(' -tls1_3 ')]);
    });

    test('1.2 of a server of TLS 1.3', async () => {
      const { findings, facts } = await diagnose('p256', ['-tls1_3'], { tls: '1.2', http: false });
      expect(findings.map(({ code }) => code)).toEqual(['NO_COMMON_VERSION']);
      expect(findings[0]?.title).toBe('the server speaks TLS 1.3; TLS 1.2 alone was offered');
      expect(findings[0]?.proof.after).toMatch(/TLS 1\.3$/);
      expect(facts.connections).toBeLessThanOrEqual(4);
    });

    test.each(['1.2', '1.3'] as const)('%s of a server that has both', async (tls) => {
      const { findings, facts, summary } = await diagnose('p256', [], { tls, http: false });
      expect(findings).toEqual([]);
      expect(facts.addresses[0]?.negotiated.version).toBe(`TLS ${tls}`);
      expect(summary).toMatch(tls === '1.2' ? / healthy in TLS 1\.2$/ : / healthy$/);
    });
  });

  test('a device that refuses offers of TLS 1.3 is told from a server without it', async () => {
    const { key = '', certificate = '' } = files.p256 ?? {};
    const peer = await startOpensslServer(['-key', key, '-cert', certificate, '-tls1_2']);
    const device = await intolerant(peer.port);
    try {
      const options = { ca: readFileSync(certificate, 'utf8'), sni: 'localhost', http: false };
      const { findings } = await check(`127.0.0.1:${device.port}`, options);
      expect(findings.map(({ code, severity }) => [code, severity])).toEqual([['TLS13_INTOLERANT', 'error']]);
      expect(findings[0]?.title).toMatch(/gets alert 40 handshake_failure, one of TLS 1\.2 a ServerHello$/);
    } finally {
      device.close();
      await peer.stop();
    }
  });
});

test('behind a device that refuses offers of TLS 1.3, whole handshakes offer TLS 1.2', async () => {
  const now = Date.now();
  const ca = createCa(now);
  const server = httpsServer(ca.issue({ names: ['other.test'] }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const device = await intolerant((server.address() as AddressInfo).port);
  try {
    const options = { ca: ca.root, sni: 'shop.example', http: false };
    const { findings, facts } = await check(`127.0.0.1:${device.port}`, options);
    expect(findings.map(({ code }) => code)).toEqual(['TLS13_INTOLERANT', 'NAME_MISMATCH']);
    expect(JSON.stringify(findings[1]?.evidence)).toContain('same without SNI: default vhost');
    expect(facts.addresses[0]?.handshakes.map(({ change, negotiated }) => [change, negotiated.version])).toEqual([
      ['handshake:server_name:none', 'TLS 1.2'],
    ]);
  } finally {
    device.close();
    server.close();
  }
});

/** A device before a server that answers every hello with supported_versions by handshake_failure. */
async function intolerant(port: number): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((client) => {
    client.on('error', () => undefined);
    client.once('data', (record) => {
      const hello = record[0] === 22 ? decodeMessage(1, record.subarray(5)) : undefined;
      if (hello?.type !== 'client_hello' || hello.extensions.has(EXTENSION_TYPES.supported_versions)) {
        client.end(Uint8Array.of(21, 3, 1, 0, 2, 2, 40));
        return;
      }
      const behind = connect(port, '127.0.0.1');
      behind.on('error', () => client.destroy());
      behind.write(record);
      client.pipe(behind).pipe(client);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, close: () => server.close() };
}

test('HTTP over TLS 1.2 is measured', async () => {
  const ca = createCa(Date.now());
  const credential = ca.issue({ names: ['localhost'] });
  const server = createHttpsServer({ ...credential, maxVersion: 'TLSv1.2' }, (_, response) => {
    response.setHeader('Strict-Transport-Security', 'max-age=31536000');
    response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  try {
    const report = await check(`https://127.0.0.1:${port}`, { ca: ca.root, sni: 'localhost' });
    expect(report.findings.map(({ code }) => code)).toEqual(['TLS13_NOT_SUPPORTED']);
    expect(report.facts.addresses[0]?.negotiated).toMatchObject({ version: 'TLS 1.2', alpn: 'http/1.1' });
    expect(report.steps.at(-1)).toMatchObject({ status: 'good', text: '200 · HSTS 1y' });
  } finally {
    server.close();
  }
});
