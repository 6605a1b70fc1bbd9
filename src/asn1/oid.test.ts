import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromHex } from '../bytes/index.ts';
import { DerReader, der, OID, oidName } from './index.ts';
import { decodeOid, encodeOid } from './oid.ts';

it.each([
  ['2a 86 48 86 f7 0d 01 01 0b', '1.2.840.113549.1.1.11'],
  ['55 04 03', '2.5.4.3'],
  ['27', '0.39'],
  ['28', '1.0'],
  ['50', '2.0'],
  ['88 37 03', '2.999.3'],
  // The UUID of X.667's own example.
  ['69 83 f0 9d a7 eb cf de e0 c7 a1 a7 b2 c0 94 8c c8 f9 d7 76', '2.25.329800735698586629295641978511506172918'],
  ['69 81 ff ff ff ff ff ff ff ff 7f', '2.25.18446744073709551615'],
])('%s is %s', (hex, dotted) => {
  expect(decodeOid(fromHex(hex))).toBe(dotted);
});

it.each(['', '80 01', '2a 80 01', '2a 86', `2a ${'ff '.repeat(19)}7f`])('refuses %s', (hex) => {
  expect(decodeOid(fromHex(hex))).toBeUndefined();
});

it('reads back what it writes', () => {
  const arc = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
  const roots = fc.oneof(
    fc.tuple(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: 39n })),
    fc.tuple(fc.constant(2n), fc.bigInt({ min: 0n, max: 2n ** 100n })),
  );
  fc.assert(
    fc.property(roots, fc.array(arc, { maxLength: 6 }), (root, arcs) => {
      const dotted = [...root, ...arcs].join('.');
      expect(decodeOid(encodeOid(dotted))).toBe(dotted);
    }),
  );
});

it.each(['3.1', '1.40', '1', '1.2.', '1.02', 'a.b', ''])('can not write %s', (dotted) => {
  expect(() => encodeOid(dotted)).toThrow(RangeError);
});

it('names what it knows, each identifier once', () => {
  expect(oidName('2.5.29.17')).toBe('subjectAltName');
  expect(oidName('1.2.3')).toBe('1.2.3');
  expect(new Set(Object.values(OID)).size).toBe(Object.keys(OID).length);
  for (const dotted of Object.values(OID)) expect(new DerReader(der.oid(dotted)).any('oid').oid()).toBe(dotted);
});
