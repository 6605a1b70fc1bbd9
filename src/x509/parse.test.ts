import { describe, expect, it } from 'vitest';
import { chainOf, DAY, issue, keyOf, NOW } from '../../test/x509/support.ts';
import { DerReader, der, OID } from '../asn1/index.ts';
import { fromHex, toHex } from '../bytes/index.ts';
import { X509Error } from './error.ts';
import { encodeAuthorityInfoAccess } from './extensions/authority-info-access.ts';
import { leafKey } from './leaf-key.ts';
import { findExtension, isSelfIssued, parseCertificate } from './parse.ts';

const { leaf, intermediate, root } = chainOf();
const spkiOf = (name: string) => Uint8Array.from(keyOf(name).spki);

/** The tbsCertificate fields of the leaf, some of them replaced, in a certificate with a meaningless signature. */
function rebuild(change: (fields: Uint8Array[]) => Uint8Array[]): Uint8Array {
  const outer = new DerReader(leaf.der).sequence('Certificate');
  const tbs = outer.sequence('tbsCertificate');
  const fields: Uint8Array[] = [];
  while (tbs.remaining > 0) fields.push(tbs.any('field').der);
  const algorithm = outer.any('signatureAlgorithm').der;
  return der.sequence(der.sequence(...change(fields)), algorithm, der.bitString(new Uint8Array(8)));
}

/** Field `index` of tbsCertificate replaced: 0 version, 1 serial, 2 algorithm, 3 issuer, 4 validity, 5 subject, 6 key, 7 extensions. */
const withField = (index: number, ...fields: Uint8Array[]) =>
  rebuild((all) => [...all.slice(0, index), ...fields, ...all.slice(index + 1)]);

const extension = (oid: string, value: Uint8Array, ...critical: Uint8Array[]) =>
  der.sequence(der.oid(oid), ...critical, der.octetString(value));

const withExtensions = (...extensions: Uint8Array[]) => withField(7, der.explicit(3, der.sequence(...extensions)));

describe('a certificate', () => {
  const certificate = parseCertificate(leaf.der);

  it('has its fields', () => {
    expect(certificate.version).toBe(3);
    expect(certificate.subject.text).toBe('CN=shop.example');
    expect(certificate.issuer.text).toBe('CN=Test Intermediate');
    expect(certificate.issuer.der).toEqual(parseCertificate(intermediate.der).subject.der);
    expect(certificate.notBefore).toBe(NOW - DAY);
    expect(certificate.notAfter).toBe(NOW + DAY);
    expect(certificate.spki).toEqual(spkiOf('shop.example'));
    expect(certificate.signatureAlgorithm.oid).toBe(OID.ecdsaWithSHA256);
    expect(certificate.signatureAlgorithm.parameters).toBeUndefined();
    expect(isSelfIssued(certificate)).toBe(false);
    expect(isSelfIssued(parseCertificate(root.der))).toBe(true);
  });

  it('has its extensions', () => {
    expect(certificate.subjectAltName?.map((name) => name.type === 'dns' && name.value)).toEqual([
      'shop.example',
      'www.shop.example',
    ]);
    expect(certificate.basicConstraints).toEqual({ ca: false, pathLength: undefined });
    expect(certificate.keyUsage).toEqual(['digitalSignature']);
    expect(certificate.extKeyUsage).toEqual([OID.serverAuth]);
    expect(certificate.authorityKeyIdentifier).toEqual(parseCertificate(intermediate.der).subjectKeyIdentifier);
    expect(parseCertificate(intermediate.der).basicConstraints).toEqual({ ca: true, pathLength: 0 });
    expect(parseCertificate(intermediate.der).keyUsage).toEqual(['keyCertSign', 'cRLSign']);
    expect(certificate.authorityInfoAccess).toBeUndefined();
    expect(findExtension(certificate, OID.keyUsage)?.critical).toBe(true);
    expect(findExtension(certificate, OID.extKeyUsage)?.critical).toBe(false);
    expect(findExtension(certificate, OID.nameConstraints)).toBeUndefined();
  });

  it('has spans that hold what they say', () => {
    const at = ({ start, end }: { start: number; end: number }) => leaf.der.subarray(start, end);
    const { spans } = certificate;
    expect(at(spans.tbs)).toEqual(certificate.tbs);
    expect(at(spans.serial)).toEqual(certificate.serial);
    expect(at(spans.spki)).toEqual(certificate.spki);
    expect(toHex(at(spans.notAfter))).toBe(toHex(der.time(NOW + DAY)));
    expect(toHex(at(spans.notBefore))).toBe(toHex(der.time(NOW - DAY)));
    expect(at({ ...spans.signature, start: spans.signature.start + 1 })).toEqual(certificate.signature);
    expect(at(certificate.subject.span)).toEqual(certificate.subject.der);
    expect(at(certificate.signatureAlgorithm.span)).toEqual(certificate.signatureAlgorithm.der);
    const name = certificate.subjectAltName?.[1];
    expect(name && String.fromCharCode(...at({ ...name.span, start: name.span.start + 2 }))).toBe('www.shop.example');
    const basic = findExtension(certificate, OID.basicConstraints);
    expect(basic && toHex(at(basic.span))).toBe(
      toHex(extension(OID.basicConstraints, der.sequence(), der.boolean(true))),
    );
  });

  it('knows where its issuer is published', () => {
    const value = encodeAuthorityInfoAccess({
      ocsp: ['http://o.example'],
      caIssuers: ['http://c.example/a', 'http://b'],
    });
    const extraExtensions = [{ oid: OID.authorityInfoAccess, critical: false, value }];
    const { der: bytes } = issue({ name: 'a', type: 'ed25519', extraExtensions });
    expect(parseCertificate(bytes).authorityInfoAccess).toEqual({
      ocsp: ['http://o.example'],
      caIssuers: ['http://c.example/a', 'http://b'],
    });
  });
});

describe('what the real world does is read', () => {
  it.each([
    ['no extensions and no version', () => rebuild((fields) => fields.slice(1, 7)), 1],
    [
      'version 2 with unique ids',
      () =>
        rebuild((fields) => [
          der.explicit(0, der.integer(1)),
          ...fields.slice(1, 7),
          der.implicit(1, der.bitString(fromHex('01'))),
        ]),
      2,
    ],
    ['a negative serial', () => withField(1, fromHex('02 01 ff')), 3],
    ['a serial of 30 bytes', () => withField(1, der.integer(new Uint8Array(30).fill(1))), 3],
    ['an empty subject', () => withField(5, der.sequence()), 3],
    ['critical FALSE spelt out', () => withExtensions(extension('1.2.3', der.nothing(), der.boolean(false))), 3],
    ['cA FALSE spelt out', () => withExtensions(extension(OID.basicConstraints, der.sequence(der.boolean(false)))), 3],
    ['keyUsage with trailing zero bits', () => withExtensions(extension(OID.keyUsage, fromHex('03 02 00 06'))), 3],
    [
      'a GeneralizedTime before 2050',
      () =>
        withField(
          4,
          der.sequence(fromHex(`18 0f ${toHex(new TextEncoder().encode('20260101000000Z'))}`), der.time(NOW)),
        ),
      3,
    ],
  ])('%s', (_, make, version) => {
    expect(parseCertificate(make()).version).toBe(version);
  });
});

describe('what is not a certificate is refused, with its place', () => {
  const san = (...names: Uint8Array[]) => withExtensions(extension(OID.subjectAltName, der.sequence(...names)));
  it.each([
    ['nothing', () => new Uint8Array(0), 'expected sequence, got the end'],
    ['bytes after it', () => Uint8Array.of(...leaf.der, 0), '1 bytes after its end'],
    ['a field after the signature', () => der.sequence(...[0, 1, 2, 3].map(() => der.nothing())), 'tbsCertificate'],
    ['version 1 spelt out', () => withField(0, der.explicit(0, der.integer(0))), 'version 1'],
    ['version 4', () => withField(0, der.explicit(0, der.integer(3))), 'version 4'],
    ['extensions in version 1', () => rebuild((fields) => fields.slice(1)), 'bytes after its end'],
    ['extensions in version 2', () => withField(0, der.explicit(0, der.integer(1))), 'bytes after its end'],
    ['no extension', () => withExtensions(), 'empty'],
    [
      'an extension twice',
      () => withExtensions(extension('1.2.3', der.nothing()), extension('1.2.3', der.nothing())),
      'twice',
    ],
    ['a padded serial', () => withField(1, fromHex('02 02 00 01')), 'serialNumber'],
    [
      'a time without seconds',
      () =>
        withField(4, der.sequence(fromHex(`17 0b ${toHex(new TextEncoder().encode('2601011200Z'))}`), der.time(NOW))),
      '4.1.2.5',
    ],
    ['three times', () => withField(4, der.sequence(der.time(NOW), der.time(NOW), der.time(NOW))), 'validity'],
    [
      'a key that is not whole bytes',
      () => withField(6, der.sequence(der.sequence(der.oid('1.2.3')), fromHex('03 02 01 00'))),
      'whole bytes',
    ],
    [
      'a key with another field',
      () => withField(6, der.sequence(der.sequence(der.oid('1.2.3')), der.bitString(fromHex('00')), der.nothing())),
      'subjectPublicKeyInfo',
    ],
    [
      'an algorithm with two parameters',
      () => withField(2, der.sequence(der.oid('1.2.3'), der.nothing(), der.nothing())),
      'signature',
    ],
    ['no name', () => san(), 'has no name'],
    ['an IP address of five bytes', () => san(der.implicit(7, der.octetString(new Uint8Array(5)))), '5 bytes'],
    ['a DNS name beyond ASCII', () => san(der.implicit(2, der.octetString(fromHex('ff')))), 'IA5String'],
    ['a name without a kind', () => san(der.ia5String('a')), 'not a GeneralName'],
    ['no key purpose', () => withExtensions(extension(OID.extKeyUsage, der.sequence())), 'has no purpose'],
    ['no access description', () => withExtensions(extension(OID.authorityInfoAccess, der.sequence())), 'no access'],
    [
      'a long path length',
      () =>
        withExtensions(
          extension(OID.basicConstraints, der.sequence(der.boolean(true), fromHex('02 05 01 00 00 00 00'))),
        ),
      '2147483647',
    ],
    [
      'bytes after an extension',
      () => withExtensions(extension(OID.subjectKeyIdentifier, Uint8Array.of(...der.octetString(fromHex('01')), 0))),
      'extnValue',
    ],
    [
      'an extension with another field',
      () => withExtensions(der.sequence(der.oid('1.2.3'), der.octetString(fromHex('00')), der.nothing())),
      'Extension',
    ],
    [
      'a constructed unique id',
      () =>
        rebuild((fields) => [...fields.slice(0, 7), der.explicit(1, der.bitString(fromHex('01'))), ...fields.slice(7)]),
      'tbsCertificate',
    ],
  ])('%s', (_, make, message) => {
    const bytes = make();
    const attempt = () => parseCertificate(bytes);
    expect(attempt).toThrow(X509Error);
    expect(attempt).toThrow(message);
    try {
      attempt();
    } catch (error) {
      const { span } = error as X509Error;
      expect(span.start).toBeLessThanOrEqual(span.end);
      expect(span.end).toBeLessThanOrEqual(bytes.length);
    }
  });
});

describe('leafKey', () => {
  it('gives the key and whether it may sign', () => {
    expect(leafKey(leaf.der)).toEqual({
      spki: spkiOf('shop.example'),
      digitalSignature: true,
      keyEncipherment: false,
    });
    expect(leafKey(root.der)).toEqual({
      spki: spkiOf('Test Root'),
      digitalSignature: false,
      keyEncipherment: false,
    });
    expect(leafKey(withExtensions(extension('1.2.3', der.nothing()))).digitalSignature).toBe(true);
    const unlimited = leafKey(rebuild((fields) => fields.slice(1, 7)));
    expect(unlimited).toMatchObject({ digitalSignature: true, keyEncipherment: true });
    const uniqueId = [1, 2].map((tag) => der.implicit(tag, der.bitString(fromHex('01'))));
    expect(
      leafKey(rebuild((fields) => [...fields.slice(0, 7), ...uniqueId, ...fields.slice(7)])).digitalSignature,
    ).toBe(true);
  });

  it('agrees with the parser', () => {
    for (const { der: bytes } of [leaf, intermediate, root]) {
      const certificate = parseCertificate(bytes);
      expect(leafKey(bytes).spki).toEqual(certificate.spki);
      expect(leafKey(bytes).digitalSignature).toBe(certificate.keyUsage?.includes('digitalSignature'));
      expect(leafKey(bytes).keyEncipherment).toBe(certificate.keyUsage?.includes('keyEncipherment'));
    }
  });

  it.each([
    ['nothing', () => new Uint8Array(0)],
    ['a cut certificate', () => leaf.der.subarray(0, 100)],
    ['a keyUsage that is none', () => withExtensions(extension(OID.keyUsage, der.nothing()))],
    ['no key', () => withField(6, der.implicit(0, der.octetString(new Uint8Array(1))))],
  ])('refuses %s', (_, make) => {
    expect(() => leafKey(make())).toThrow(X509Error);
  });
});
