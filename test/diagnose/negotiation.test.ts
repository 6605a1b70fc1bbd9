/** Servers that share no parameter with this client, by openssl: each cause told from its rivals by one changed probe. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CheckOptions, check } from '../../src/node/probe/index.ts';
import { requirePeer, runOpenssl, startOpensslServer, tempDir } from '../support/peers.ts';

const openssl = requirePeer('openssl');
const openssl35 = requirePeer('openssl35');

describe.skipIf(openssl === undefined)('openssl s_server', () => {
  let key: string;
  let certificate: string;
  let ca: string;

  beforeAll(async () => {
    const folder = tempDir();
    [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    await makeCertificate(['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], key, certificate);
    ca = readFileSync(certificate, 'utf8');
  });

  async function diagnose(server: readonly string[], options: CheckOptions = {}) {
    const peer = await startOpensslServer(['-key', key, '-cert', certificate, ...server]);
    try {
      return await check(`127.0.0.1:${peer.port}`, { ca, sni: 'localhost', http: false, ...options });
    } finally {
      await peer.stop();
    }
  }

  test.each<[string, string[], CheckOptions, { code: string; connections: number; changed: RegExp; after: RegExp }]>([
    [
      'TLS 1.1 only',
      ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'],
      {},
      { code: 'NO_COMMON_VERSION', connections: 3, changed: /^offered versions:/, after: /ServerHello, TLS 1\.1/ },
    ],
    [
      'a suite of its own',
      ['-tls1_3', '-ciphersuites', 'TLS_AES_128_CCM_SHA256'],
      {},
      { code: 'NO_COMMON_CIPHER_SUITE', connections: 5, changed: /^offered cipher suites:/, after: /ServerHello/ },
    ],
    [
      'a group of its own',
      ['-tls1_3', '-groups', 'X448'],
      {},
      { code: 'NO_COMMON_GROUP', connections: 6, changed: /^offered groups:/, after: /HelloRetryRequest/ },
    ],
    [
      'a key that signs with none of the schemes offered',
      ['-tls1_3'],
      { signatureSchemes: ['rsa_pss_rsae_sha256'] },
      {
        code: 'NO_COMMON_SIGNATURE_SCHEME',
        connections: 10,
        changed: /^offered signature schemes:/,
        after: /ServerHello/,
      },
    ],
    [
      'other application protocols',
      ['-tls1_3', '-alpn', 'acme-tls/1'],
      {},
      { code: 'ALPN_REFUSED', connections: 4, changed: /^ALPN:/, after: /ServerHello/ },
    ],
  ])('%s', async (_, server, options, { code, connections, changed, after }) => {
    const { findings, facts } = await diagnose(server, options);
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    expect(facts.connections).toBeLessThanOrEqual(connections);
    const [{ proof }] = findings as [(typeof findings)[number]];
    expect(proof.kind).toBe('probe');
    expect(proof.changed).toMatch(changed);
    expect(proof.after).toMatch(after);
  });

  test('a healthy server gives no finding, with one connection and one that offers its session', async () => {
    const { findings, facts, status } = await diagnose([]);
    expect({ findings, status, connections: facts.connections }).toEqual({
      findings: [],
      status: 'healthy',
      connections: 2,
    });
  });

  test('a cookie is asked for, and the change_cipher_spec before it ends the handshake', async () => {
    const { findings, facts } = await diagnose(['-tls1_3', '-stateless']);
    expect(findings.map(({ code }) => code)).toEqual(['PROTOCOL_VIOLATION']);
    expect(findings[0]).toMatchObject({
      where: { message: 'HelloRetryRequest message' },
      proof: {
        kind: 'probe',
        changed: 'middlebox compatibility: on -> off: no session id and no change_cipher_spec',
        after: 'the handshake completes',
        connections: [1, 3, 2],
      },
    });
    expect(facts.connections).toBe(3);
  });

  test('a client certificate is required', async () => {
    const { findings } = await diagnose(['-tls1_3', '-Verify', '1']);
    expect(findings.map(({ code }) => code)).toEqual(['CLIENT_CERT_REQUIRED']);
  });

  test('a client certificate that the server does not know is refused', async () => {
    const folder = tempDir();
    const [clientKey, client] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    await makeCertificate(['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], clientKey, client);
    const options = { cert: readFileSync(client, 'utf8'), key: readFileSync(clientKey, 'utf8') };
    const { findings } = await diagnose(['-tls1_3', '-Verify', '1', '-verify_return_error'], options);
    expect(findings.map(({ code }) => code)).toEqual(['CLIENT_CERT_REJECTED']);
  });

  test('a client certificate that is asked for and not needed is no finding', async () => {
    const { status } = await diagnose(['-tls1_3', '-verify', '1']);
    expect(status).toBe('healthy');
  });

  test('no more connections than allowed, and then honest about what remains', async () => {
    const { findings, facts } = await diagnose(['-tls1_3', '-groups', 'X448'], { maxConnections: 2 });
    expect(facts.connections).toBe(2);
    expect(findings.map(({ code }) => code)).toEqual(['UNEXPLAINED']);
    expect(findings[0]?.notes.join('\n')).toMatch(/not ruled out: .*NO_COMMON_GROUP/);
  });

  test('what no single change explains is told as unexplained, with what was tried', async () => {
    const { findings } = await diagnose(['-tls1_2', '-cipher', 'AES128-SHA']);
    expect(findings.map(({ code }) => code)).toEqual(['UNEXPLAINED']);
    expect(findings[0]?.notes[0]).toMatch(/^no better with .*every cipher suite offered/);
  });

  test.skipIf(openssl35 === undefined)('a post-quantum certificate: openssl 3.5', async () => {
    const folder = tempDir();
    const [pqKey, pqCertificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    await makeCertificate(['-newkey', 'ML-DSA-65'], pqKey, pqCertificate, openssl35);
    const peer = await startOpensslServer(['-tls1_3', '-key', pqKey, '-cert', pqCertificate], openssl35);
    try {
      // Newer lines of Node have ML-DSA themselves.
      const signatureSchemes = ['ecdsa_secp256r1_sha256', 'rsa_pss_rsae_sha256'];
      const { findings } = await check(`127.0.0.1:${peer.port}`, { sni: 'localhost', http: false, signatureSchemes });
      expect(findings.map(({ code }) => code)).toEqual(['NO_COMMON_SIGNATURE_SCHEME']);
    } finally {
      await peer.stop();
    }
  });
});

async function makeCertificate(
  newKey: readonly string[],
  key: string,
  certificate: string,
  program?: string,
): Promise<void> {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const args = ['req', '-x509', ...newKey, '-nodes', '-keyout', key, '-out', certificate, '-days', '90', ...subject];
  const made = await (program === undefined ? runOpenssl(args) : runOpenssl(args, undefined, program));
  if (made.code !== 0) throw new Error(made.stderr);
}
