import { expect, it } from 'vitest';
import { issue, keyOf } from '../../test/x509/support.ts';
import { der, OID } from '../asn1/index.ts';
import { toHex } from '../bytes/index.ts';
import { findExtension, parseCertificate } from './parse.ts';

const parsed = (...request: Parameters<typeof issue>) => parseCertificate(issue(...request).der);

it('writes only what it is told', () => {
  const certificate = parsed({ name: 'a', names: [], keyUsage: [], extendedKeyUsage: [] });
  expect(certificate.extensions.map(({ oid }) => oid)).toEqual([
    OID.basicConstraints,
    OID.subjectKeyIdentifier,
    OID.authorityKeyIdentifier,
  ]);
});

it('replaces an extension by one that is given', () => {
  const value = der.sequence(der.boolean(true), der.integer(7));
  const certificate = parsed({ name: 'a', extraExtensions: [{ oid: OID.basicConstraints, critical: false, value }] });
  expect(certificate.basicConstraints).toEqual({ ca: true, pathLength: 7 });
  expect(findExtension(certificate, OID.basicConstraints)?.critical).toBe(false);
});

it('makes subjectAltName critical where the subject is empty (RFC 5280 section 4.2.1.6)', () => {
  const critical = (subject: object) =>
    findExtension(parsed({ name: 'a', subject, names: ['a.example'] }), OID.subjectAltName)?.critical;
  expect(critical({})).toBe(true);
  expect(critical({ commonName: 'a' })).toBe(false);
});

it('names the key that signed by its identifier', () => {
  const ca = issue({ name: 'ca', ca: {} });
  expect(parsed({ name: 'a', by: ca }).authorityKeyIdentifier).toEqual(parseCertificate(ca.der).subjectKeyIdentifier);
});

it('says where the issuer is published', () => {
  const caIssuers = ['http://ca.example/issuer.der'];
  expect(parsed({ name: 'a', caIssuers }).authorityInfoAccess).toEqual({ ocsp: [], caIssuers });
});

it('writes serials as positive numbers', () => {
  expect(toHex(parsed({ name: 'a', serial: Uint8Array.of(0xff) }).serial)).toBe('00ff');
});

it('signs RSA with PKCS#1 unless told otherwise', () => {
  expect(parsed({ name: 'a', type: 'rsa' }).signatureAlgorithm.oid).toBe(OID.sha256WithRSAEncryption);
  expect(parsed({ name: 'a', type: 'rsa', scheme: 'rsa_pss_rsae_sha256' }).signatureAlgorithm.oid).toBe(OID.rsassaPss);
});

it('needs a key that can sign', () => {
  const key = { ...keyOf('a'), type: 'ed25519', schemes: [], sign: () => new Uint8Array(64) } as const;
  expect(() => issue({ name: 'a', key })).toThrow('no signature scheme');
});
