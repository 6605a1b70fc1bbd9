import { describe, expect, it } from 'vitest';
import { chainOf, codes, issue, keyOf, validate } from '../../test/x509/support.ts';
import { der } from '../asn1/index.ts';
import type { PrivateKey } from '../crypto/index.ts';
import { parseCertificate } from './parse.ts';

const ALGORITHM = { rsa: '1.2.840.113549.1.1.1', pss: '1.2.840.113549.1.1.10', dsa: '1.2.840.10040.4.1' } as const;

/** An RSA modulus of so many bits; nobody computes with it. */
function modulus(bits: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits / 8) + 1).fill(0xa5);
  bytes[0] = 0;
  bytes[1] = 2 ** ((bits - 1) % 8);
  return bytes[1] < 0x80 ? bytes.subarray(1) : bytes;
}

function rsaKey(bits: number, exponent: number, algorithm: 'rsa' | 'pss' = 'rsa'): Uint8Array {
  const integer = (content: Uint8Array) =>
    Uint8Array.of(2, 0x82, content.length >> 8, content.length & 0xff, ...content);
  const short = der.sequence(integerOf(modulus(bits), integer), der.integer(exponent));
  return der.sequence(der.sequence(der.oid(ALGORITHM[algorithm]), der.nothing()), der.bitString(short));
}

/** A DER INTEGER: the long form of the length only where it is needed. */
function integerOf(content: Uint8Array, long: (content: Uint8Array) => Uint8Array): Uint8Array {
  if (content.length > 255) return long(content);
  return content.length > 127
    ? Uint8Array.of(2, 0x81, content.length, ...content)
    : Uint8Array.of(2, content.length, ...content);
}

const dsaKey = der.sequence(der.sequence(der.oid(ALGORITHM.dsa)), der.bitString(der.integer(5)));

/** What is found of a chain whose leaf has this key. */
function leafWith(subjectPublicKey: Uint8Array) {
  const { root, intermediate, leaf } = chainOf({ leaf: { subjectPublicKey } });
  return validate([leaf.der, intermediate.der], [root.der]);
}

describe('a key of the leaf', () => {
  it.each([
    ['RSA of 1,024 bits', rsaKey(1024, 65_537), 'the RSA key has 1024 bits, less than 2048'],
    ['RSA of 2,047 bits', rsaKey(2047, 65_537), 'the RSA key has 2047 bits, less than 2048'],
    ['RSA for PSS of 1,536 bits', rsaKey(1536, 65_537, 'pss'), 'the RSA key has 1536 bits, less than 2048'],
    ['RSA of 512 bits, which no provider reads', rsaKey(512, 65_537), 'the RSA key has 512 bits, less than 2048'],
    ['RSA with the exponent 1', rsaKey(2048, 1), 'the exponent of the RSA key is even or 1'],
    ['RSA with an even exponent', rsaKey(2048, 4), 'the exponent of the RSA key is even or 1'],
    ['DSA', dsaKey, 'the key is DSA, which TLS 1.3 does not have'],
  ])('%s is too weak, and nothing else is said of it', (_, key, message) => {
    const verdict = leafWith(key);
    expect([verdict.trusted, codes(verdict)]).toEqual([false, ['CERT_KEY_WEAK@0']]);
    expect(verdict.findings[0]?.message).toContain(message);
    const span = verdict.findings[0]?.span ?? { start: 0, end: 0 };
    expect(verdict.path[0]?.der.subarray(span.start, span.end)).toEqual(key);
  });

  it.each([
    ['RSA of 2,048 bits with the exponent 3', rsaKey(2048, 3)],
    ['RSA of 2,048 bits', rsaKey(2048, 65_537)],
  ])('%s is not', (_, key) => {
    expect(leafWith(key).trusted).toBe(true);
  });

  it('that is of an unknown kind is not accepted', () => {
    const key = der.sequence(der.sequence(der.oid('1.3.101.110')), der.bitString(new Uint8Array(32)));
    expect(codes(leafWith(key))).toEqual(['CERT_KEY_UNSUPPORTED@0']);
  });

  it('that is RSA by its name alone is not accepted', () => {
    const key = der.sequence(der.sequence(der.oid(ALGORITHM.rsa), der.nothing()), der.bitString(new Uint8Array(9)));
    expect(codes(leafWith(key))).toEqual(['CERT_KEY_UNSUPPORTED@0']);
  });
});

describe('a key of an issuer', () => {
  const issuer = (spki: Uint8Array): PrivateKey => ({
    type: 'rsa',
    schemes: ['rsa_pkcs1_sha256'],
    spki,
    sign: () => new Uint8Array(256),
  });

  it('that is too weak to be read is told once, and nothing below is trusted', () => {
    const { root } = chainOf();
    const key = issuer(rsaKey(512, 65_537));
    const middle = issue({ name: 'Weak CA', by: root, ca: {}, subjectPublicKey: key.spki });
    const leaf = issue({ name: 'shop.example', by: { der: middle.der, key }, names: ['shop.example'] });
    const verdict = validate([leaf.der, middle.der], [root.der]);
    expect([verdict.trusted, codes(verdict)]).toEqual([false, ['CERT_KEY_WEAK@1']]);
  });

  it('counts in a trusted root too', () => {
    const key = issuer(rsaKey(1024, 65_537));
    const root = issue({ name: 'Old Root', ca: {}, subjectPublicKey: key.spki });
    const leaf = issue({
      name: 'shop.example',
      by: { der: root.der, key: keyOf('Old Root') },
      names: ['shop.example'],
    });
    expect(codes(validate([leaf.der], [root.der]))).toContain('CERT_KEY_WEAK@1');
    expect(parseCertificate(root.der).spki).toEqual(key.spki);
  });
});
