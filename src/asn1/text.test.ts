import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromHex } from '../bytes/index.ts';
import { decodeString, TAG } from './index.ts';
import { decodeUtf8, encodeUtf8 } from './text.ts';

it('agrees with the host on any bytes', () => {
  const host = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const expected = (bytes: Uint8Array) => {
    try {
      return host.decode(bytes);
    } catch {
      return undefined;
    }
  };
  const lead = fc.constantFrom(
    0x41,
    0xc1,
    0xc2,
    0xe0,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
    0x80,
    0x9f,
    0xa0,
    0xbf,
    0x8f,
    0x90,
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(lead, fc.nat(255)), { maxLength: 8 }), (array) => {
      const bytes = Uint8Array.from(array);
      expect(decodeUtf8(bytes)).toBe(expected(bytes));
    }),
    { numRuns: 5000 },
  );
});

it('reads back what it writes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(decodeUtf8(encodeUtf8(text))).toBe(text);
    }),
  );
  expect(() => encodeUtf8('\ud800')).toThrow(RangeError);
});

it.each([
  ['UTF8String', TAG.utf8String, 'c3a9', 'é'],
  ['PrintableString', TAG.printableString, '41 2a', 'A*'],
  ['PrintableString beyond ASCII', TAG.printableString, 'e9', undefined],
  ['IA5String', TAG.ia5String, '61 40', 'a@'],
  ['TeletexString', TAG.teletexString, 'e9', 'é'],
  ['BMPString', TAG.bmpString, '00 41 20 ac', 'A€'],
  ['BMPString of odd length', TAG.bmpString, '00 41 20', undefined],
  ['BMPString with a surrogate', TAG.bmpString, 'd8 00', undefined],
  ['UniversalString', TAG.universalString, '00 01 f6 00', '😀'],
  ['UniversalString beyond Unicode', TAG.universalString, '00 11 00 00', undefined],
  ['no string', TAG.octetString, '41', undefined],
])('reads %s', (_, tag, hex, text) => {
  expect(decodeString(tag, fromHex(hex))).toBe(text);
});
