import { describe, expect, test } from 'vitest';
import { crypto, DAY, issue, keyOf, NOW } from '../../test/x509/support.ts';
import { CryptoError } from '../crypto/index.ts';
import { certificateFields, shortName } from './fields.ts';
import { parseCertificate } from './parse.ts';

describe('certificateFields', () => {
  test('what people look for', () => {
    const root = issue({ name: 'Root', ca: {} });
    const names = ['shop.example', '192.0.2.1', '2001:db8::1'];
    const leaf = issue({ name: 'shop.example', by: root, names, serial: Uint8Array.of(0x12, 0xab) });
    expect(certificateFields(parseCertificate(leaf.der), crypto)).toEqual({
      name: 'shop.example',
      subject: 'CN=shop.example',
      issuer: 'CN=Root',
      selfIssued: false,
      serial: '12ab',
      notBefore: NOW - DAY,
      notAfter: NOW + DAY,
      names,
      key: 'P-256',
      signature: 'ecdsaWithSHA256',
    });
    expect(certificateFields(parseCertificate(root.der), crypto)).toMatchObject({ selfIssued: true, names: [] });
  });

  test.each([
    ['rsa', 'RSA 2048'],
    ['rsa-pss', 'RSA-PSS 2048'],
    ['secp384r1', 'P-384'],
    ['secp521r1', 'P-521'],
    ['ed25519', 'Ed25519'],
    ['ed448', 'Ed448'],
  ] as const)('a key of %s is %s', (type, text) => {
    const { der } = issue({ name: `${type}.example`, type });
    expect(certificateFields(parseCertificate(der), crypto).key).toBe(text);
  });

  test('a key that the provider does not take is named by its algorithm', () => {
    const importPublicKey = () => {
      throw new CryptoError('invalid_key', 'an RSA key of \u001b[31m512 bits');
    };
    const { der } = issue({ name: 'shop.example', type: 'ed25519' });
    const { key } = certificateFields(parseCertificate(der), { ...crypto, importPublicKey });
    expect(key).toBe('ed25519, not accepted: an RSA key of \\u{1b}[31m512 bits');
  });

  test("the provider's bugs are not taken for a fault of the key", () => {
    const importPublicKey = () => {
      throw new TypeError('a bug');
    };
    const certificate = parseCertificate(issue({ name: 'shop.example' }).der);
    expect(() => certificateFields(certificate, { ...crypto, importPublicKey })).toThrow('a bug');
  });
});

describe('shortName', () => {
  const key = keyOf('short');
  const nameOf = (request: Partial<Parameters<typeof issue>[0]>) =>
    shortName(parseCertificate(issue({ name: 'x', key, ...request }).der));

  test('the common name, else a DNS name, else the subject', () => {
    expect(nameOf({ subject: { organizationName: 'Shop', commonName: 'R12' } })).toBe('R12');
    expect(nameOf({ subject: { organizationName: 'Shop' }, names: ['192.0.2.1', 'shop.example'] })).toBe(
      'shop.example',
    );
    expect(nameOf({ subject: { organizationName: 'Shop' } })).toBe('O=Shop');
  });

  test('cannot steer a terminal', () => {
    expect(nameOf({ subject: { commonName: 'a\u001b[2Jb' } })).toBe('a\\u{1b}[2Jb');
  });
});
