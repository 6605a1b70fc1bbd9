import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatIp, parseIp } from './ip.ts';

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['::', '::'],
  ['::1', '::1'],
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['::ffff:192.0.2.1', '::ffff:c000:201'],
  ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
])('%s is %s', (text, canonical) => {
  const bytes = parseIp(text);
  expect(bytes && formatIp(bytes)).toBe(canonical);
});

it.each([
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.256',
  '1.2.3.04',
  '0x1.2.3.4',
  '1.2.3.4 ',
  '',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  '12345::',
  '[::1]',
  'fe80::1%eth0',
  '1.2.3.4::',
  '::1.2.3.4:1',
  'a.example',
])('%s is no address', (text) => {
  expect(parseIp(text)).toBeUndefined();
});

it('agrees with the host', () => {
  const piece = fc.constantFrom(':', '::', '0', '1', 'ffff', '10000', '.', '1.2.3.4', '255', '256', '00', 'g');
  const texts = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(parseIp(text)?.length).toBe({ 0: undefined, 4: 4, 6: 16 }[isIP(text)]);
    }),
    { numRuns: 2000 },
  );
});

it('writes what it reads back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(0xffff), (bytes, mask) => {
      const sparse = bytes.map((byte, index) => ((mask >> index) & 1 ? byte : 0));
      expect(parseIp(formatIp(sparse))).toEqual(sparse);
    }),
  );
  expect(() => formatIp(new Uint8Array(5))).toThrow(RangeError);
});
