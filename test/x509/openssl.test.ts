/** Certificates as OpenSSL and node:crypto read them: the roots that Node ships, and those that we issue. */
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePem, OID } from '../../src/asn1/index.ts';
import { toHex } from '../../src/bytes/index.ts';
import { certificatesFromPem, formatIp, parseCertificate } from '../../src/x509/index.ts';
import { requirePeer, runOpenssl, tempDir } from '../support/peers.ts';
import { chainOf, DAY, type Issued, issue, NOW, type Request } from './support.ts';

const openssl = requirePeer('openssl');
const roots = rootCertificates.flatMap((pem) => certificatesFromPem(pem));

const TYPES = ['rsa', 'rsa-pss', 'secp256r1', 'secp384r1', 'secp521r1', 'ed25519', 'ed448'] as const;

describe('node:crypto reads the same', () => {
  const issued = TYPES.flatMap((type) => {
    const chain = chainOf({
      root: { type },
      intermediate: { type },
      leaf: { type, names: ['a.example', '192.0.2.1', '::1'] },
    });
    return [chain.root, chain.intermediate, chain.leaf].map(({ der }) => der);
  });

  it.each([
    ['the roots of Node', roots],
    ['issued certificates', issued],
  ])('in %s', (_, ders) => {
    expect(ders.length).toBeGreaterThan(20);
    for (const der of ders) {
      const ours = parseCertificate(der);
      const theirs = new X509Certificate(der);
      expect(BigInt(`0x${toHex(ours.serial)}`)).toBe(BigInt(`0x${theirs.serialNumber}`));
      expect(ours.notBefore).toBe(Date.parse(theirs.validFrom));
      expect(ours.notAfter).toBe(Date.parse(theirs.validTo));
      expect(ours.basicConstraints?.ca ?? false).toBe(theirs.ca);
      expect(Buffer.from(ours.spki)).toEqual(theirs.publicKey.export({ type: 'spki', format: 'der' }));
      expect(ours.extKeyUsage).toEqual(theirs.keyUsage);
      // OpenSSL decodes directory names, we keep them raw.
      if (theirs.subjectAltName?.includes('DirName:') === true) continue;
      expect(names(ours.subjectAltName)).toBe(theirs.subjectAltName);
    }
  });

  function names(list: ReturnType<typeof parseCertificate>['subjectAltName']): string | undefined {
    return list
      ?.map((name) => {
        if (name.type === 'ip')
          return `IP Address:${name.value.length === 4 ? formatIp(name.value) : longIp(name.value)}`;
        return `${name.type === 'dns' ? 'DNS' : name.type}:${name.value}`;
      })
      .join(', ');
  }

  /** OpenSSL prints IPv6 without "::". */
  function longIp(bytes: Uint8Array): string {
    return (toHex(bytes).match(/.{4}/g) ?? [])
      .map((group) => Number.parseInt(group, 16).toString(16).toUpperCase())
      .join(':');
  }
});

describe.skipIf(openssl === undefined)('openssl', () => {
  let folder = '';
  beforeAll(() => {
    folder = tempDir();
  });

  /** Writes certificates to one PEM file and returns its path. */
  function file(name: string, ...certificates: readonly Issued[]): string {
    const path = join(folder, name);
    writeFileSync(path, certificates.map(({ der }) => encodePem('CERTIFICATE', der)).join(''));
    return path;
  }

  it('writes the names of all roots the same (RFC 4514)', async () => {
    const path = join(folder, 'root.pem');
    for (const der of roots) {
      const { subject, issuer } = parseCertificate(der);
      writeFileSync(path, encodePem('CERTIFICATE', der));
      const { stdout } = await runOpenssl([
        'x509',
        '-in',
        path,
        '-noout',
        '-subject',
        '-issuer',
        '-nameopt',
        'RFC2253,-esc_msb,utf8',
      ]);
      expect(stdout).toBe(`subject=${subject.text}\nissuer=${issuer.text}\n`);
    }
  });

  const verify = (chain: ReturnType<typeof chainOf>, ...options: readonly string[]) =>
    runOpenssl([
      'verify',
      '-x509_strict',
      '-purpose',
      'sslserver',
      '-attime',
      `${NOW / 1000}`,
      ...options,
      '-CAfile',
      file('root.pem', chain.root),
      '-untrusted',
      file('intermediate.pem', chain.intermediate),
      file('leaf.pem', chain.leaf),
    ]);

  it.each(TYPES)('verifies an issued chain of %s, strictly', async (type) => {
    const chain = chainOf({ root: { type }, intermediate: { type }, leaf: { type, names: ['shop.example', '::1'] } });
    const { code, stdout, stderr } = await verify(chain, '-verify_hostname', 'shop.example');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/: OK\n$/);
    expect(code).toBe(0);
  });

  it.each<[string, { root?: Partial<Request>; intermediate?: Partial<Request>; leaf?: Partial<Request> }, RegExp]>([
    ['an expired leaf', { leaf: { notAfter: NOW - DAY / 2 } }, /error 10 at 0 depth/],
    ['an intermediate of tomorrow', { intermediate: { notBefore: NOW + DAY / 2 } }, /error 9 at 1 depth/],
    ['another name', { leaf: { names: ['mail.example'] } }, /error 62 at 0 depth/],
    ['a leaf for clients', { leaf: { extendedKeyUsage: [OID.clientAuth] } }, /error 26 at 0 depth/],
    ['too many CAs', { root: { ca: { pathLength: 0 } } }, /error 25 at/],
    [
      'an unknown critical extension',
      { leaf: { extraExtensions: [{ oid: '1.2.3', critical: true, value: Uint8Array.of(5, 0) }] } },
      /error 34 at 0 depth/,
    ],
  ])('refuses %s as we do', async (_, change, error) => {
    const { code, stderr } = await verify(chainOf(change), '-verify_hostname', 'shop.example');
    expect(stderr).toMatch(error);
    expect(code).not.toBe(0);
  });

  it('reads every field of what we issue', async () => {
    const one = issue({
      name: 'Ünïcode',
      subject: { countryName: 'DE', organizationName: 'Ä, B', commonName: 'Ünïcode' },
      ca: { pathLength: 3 },
      names: ['*.shop.example', '2001:db8::1'],
      keyUsage: ['digitalSignature', 'keyCertSign', 'decipherOnly'],
      extendedKeyUsage: [OID.serverAuth, OID.anyExtendedKeyUsage],
      serial: Uint8Array.of(0, 0x80, 1),
    });
    const { stdout } = await runOpenssl([
      'x509',
      '-in',
      file('one.pem', one),
      '-noout',
      '-text',
      '-nameopt',
      'RFC2253,-esc_msb,utf8',
    ]);
    for (const part of [
      'Serial Number: 32769 (0x8001)',
      'Subject: CN=Ünïcode,O=Ä\\, B,C=DE',
      'CA:TRUE, pathlen:3',
      'Digital Signature, Certificate Sign, Decipher Only',
      'TLS Web Server Authentication, Any Extended Key Usage',
      'DNS:*.shop.example, IP Address:2001:DB8:0:0:0:0:0:1',
      'Not Before: Nov 22 12:00:00 2026 GMT',
    ]) {
      expect(stdout).toContain(part);
    }
  });
});
