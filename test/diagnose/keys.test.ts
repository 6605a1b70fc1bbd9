/** Servers whose key is too weak. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { exitCodeOf } from '../../src/diagnose/index.ts';
import { requirePeer, runOpenssl, startOpensslServer } from '../support/peers.ts';
import { ca, diagnose, httpServer, onlyFinding, serve, writeFiles } from './serve.ts';

const openssl = requirePeer('openssl');

test('RSA of 1,024 bits', async () => {
  const report = await diagnose(await serve(httpServer(ca.issue({ names: ['shop.example'], keyKind: 'rsa-1024' }))));
  const finding = onlyFinding(report);
  expect(finding).toMatchObject({
    code: 'CERT_KEY_WEAK',
    title: expect.stringContaining('the RSA key has 1024 bits, less than 2048'),
    where: { message: 'Certificate message' },
    proof: { kind: 'bytes', connections: [1] },
    notes: ['curl and openssl refuse it, Node.js from version 24 too; Go, Java and Node.js 22 take it'],
    fix: { text: expect.stringMatching(/^make a new key, P-256 or RSA 2048, and have it certified/) },
  });
  expect(exitCodeOf(report, 'error')).toBe(1);
});

test.skipIf(openssl === undefined)(
  'RSA of 768 bits, which no provider reads: the chain is judged all the same',
  async () => {
    const [key, cert] = writeFiles('', '');
    const subject = ['-subj', '/CN=shop.example', '-addext', 'subjectAltName=DNS:shop.example'];
    const newKey = ['req', '-x509', '-newkey', 'rsa:768', '-nodes', '-days', '90', '-keyout', key, '-out', cert];
    const made = await runOpenssl([...newKey, ...subject]);
    expect(made.code, made.stderr).toBe(0);
    const peer = await startOpensslServer(['-tls1_3', '-cert', cert, '-key', key, '-cipher', 'ALL:@SECLEVEL=0']);
    try {
      const report = await diagnose(peer.port, { http: false, ca: readFileSync(cert, 'utf8') });
      expect(report.facts.addresses[0]?.tls?.error?.code).toBe('BAD_CERTIFICATE_KEY');
      expect(onlyFinding(report)).toMatchObject({
        code: 'CERT_KEY_WEAK',
        title: expect.stringContaining('the RSA key has 768 bits, less than 2048'),
      });
    } finally {
      await peer.stop();
    }
  },
);

test.skipIf(openssl === undefined).each([
  ['keyCertSign', 'its keyUsage has keyCertSign, and TLS needs digitalSignature', []],
  [
    'keyEncipherment',
    "the leaf's key usage does not allow digital signatures",
    [expect.stringMatching(/^curl, openssl and Node\.js take it all the same/)],
  ],
])('a certificate for %s only', async (keyUsage, title, notes) => {
  const [key, cert] = writeFiles('', '');
  const made = await runOpenssl([
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '90', '-keyout', key, '-out', cert],
    ...['-subj', '/CN=shop.example', '-addext', 'subjectAltName=DNS:shop.example'],
    ...['-addext', `keyUsage=critical,${keyUsage}`],
  ]);
  expect(made.code, made.stderr).toBe(0);
  const peer = await startOpensslServer(['-tls1_3', '-cert', cert, '-key', key]);
  try {
    const report = await diagnose(peer.port, { http: false, ca: readFileSync(cert, 'utf8') });
    expect(onlyFinding(report)).toMatchObject({
      code: 'CERT_WRONG_PURPOSE',
      title: expect.stringContaining(title),
      where: { message: 'Certificate message' },
      proof: { kind: 'bytes', connections: [1] },
      notes,
    });
    expect(exitCodeOf(report, 'error')).toBe(1);
  } finally {
    await peer.stop();
  }
});
