import { expect, it } from 'vitest';
import { DerReader, der, OID, TAG } from '../asn1/index.ts';
import { fromHex } from '../bytes/index.ts';
import { X509Error } from './error.ts';
import { attributeOf, decodeName, encodeName, type NameInput, parseName } from './name.ts';

const decode = (bytes: Uint8Array) => decodeName(new DerReader(bytes).next(TAG.sequence, 'name'));
const text = (input: NameInput) => decode(encodeName(input)).text;
const rdn = (...attributes: Uint8Array[]) => der.set(...attributes);
const attribute = (oid: string, value: Uint8Array) => der.sequence(der.oid(oid), value);

it('is written most specific first (RFC 4514)', () => {
  expect(text({ countryName: 'DE', organizationName: 'Müller, Söhne', commonName: 'a' })).toBe(
    'CN=a,O=Müller\\, Söhne,C=DE',
  );
  expect(text({})).toBe('');
  const bytes = der.sequence(
    rdn(attribute(OID.domainComponent, der.ia5String('example'))),
    rdn(attribute(OID.commonName, der.utf8String('b')), attribute(OID.userId, der.utf8String('x'))),
  );
  expect(decode(bytes).text).toBe('CN=b+UID=x,DC=example');
});

it.each([
  ['#a', '\\#a'],
  [' a ', '\\ a\\ '],
  [' ', '\\ '],
  ['a"b+c;d<e>f\\g=h', 'a\\"b\\+c\\;d\\<e\\>f\\\\g=h'],
  ['a\0b', 'a\\00b'],
  ['a\nb\u001b[2J', 'a\\u{a}b\\u{1b}[2J'],
  ['\u202egpj', '\\u{202e}gpj'],
])('escapes %j', (value, escaped) => {
  expect(text({ commonName: value })).toBe(`CN=${escaped}`);
});

it('writes what has no short name or no text as DER', () => {
  const unknown = der.sequence(rdn(attribute('1.2.3', der.utf8String('a'))));
  expect(decode(unknown).text).toBe('1.2.3=#0c0161');
  const broken = der.sequence(rdn(attribute(OID.commonName, fromHex('0c 01 ff'))));
  expect(decode(broken).text).toBe('CN=#0c01ff');
  expect(attributeOf(decode(broken), OID.commonName)).toBeUndefined();
});

it('finds the most specific attribute', () => {
  const bytes = der.sequence(
    rdn(attribute(OID.commonName, der.utf8String('general'))),
    rdn(attribute(OID.commonName, der.utf8String('specific'))),
  );
  expect(attributeOf(decode(bytes), OID.commonName)).toBe('specific');
  expect(attributeOf(decode(bytes), OID.title)).toBeUndefined();
});

it.each([
  ['an empty set', der.sequence(der.set())],
  ['a sequence for a set', der.sequence(der.sequence(attribute(OID.commonName, der.utf8String('a'))))],
  ['three fields', der.sequence(rdn(der.sequence(der.oid(OID.commonName), der.utf8String('a'), der.nothing())))],
  ['no value', der.sequence(rdn(der.sequence(der.oid(OID.commonName))))],
])('refuses %s', (_, bytes) => {
  expect(() => decode(bytes)).toThrow();
});

it('may stand alone, and nothing beside it', () => {
  const name = encodeName({ commonName: 'a' });
  expect(parseName(name).text).toBe('CN=a');
  for (const bytes of [der.sequence(name), Uint8Array.of(...name, 0), name.subarray(1), new Uint8Array(0)]) {
    expect(() => parseName(bytes)).toThrow(X509Error);
  }
});
