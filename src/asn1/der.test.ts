import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../bytes/index.ts';
import { contextTag, DerError, DerReader, der, TAG } from './index.ts';

const read = (hex: string) => new DerReader(fromHex(hex));

describe('lengths (X.690 section 10.1)', () => {
  it.each([
    ['24 80 00 00', 'indefinite length'],
    ['04 81 01 00', 'length in more bytes than it needs'],
    [`04 82 00 80 ${'00'.repeat(128)}`, 'length in more bytes than it needs'],
    ['04 85 00 00 00 00 01 00', 'length beyond the end'],
    ['04 84 ff ff ff ff', '4294967295 bytes long, 0 left'],
    ['04 82 01', 'length beyond the end'],
    ['04 02 00', '2 bytes long, 1 left'],
    ['04', 'expected an element, got 1 bytes'],
    ['', 'expected an element, got 0 bytes'],
    ['1f 1f 00', 'a tag number above 30'],
  ])('refuses %s: %s', (hex, message) => {
    const attempt = () => read(hex).any('value');
    expect(attempt).toThrow(DerError);
    expect(attempt).toThrow(`value: ${message}`);
  });

  it.each([0, 1, 127, 128, 255, 256, 65_535, 65_536])('reads and writes %i bytes', (length) => {
    const element = new DerReader(der.octetString(new Uint8Array(length).fill(7))).next(TAG.octetString, 'value');
    expect(element.content.length).toBe(length);
  });
});

describe('DerReader', () => {
  it('gives spans into the outermost bytes at any depth', () => {
    const outer = read('30 08 30 06 02 01 2a 04 01 ff').sequence('outer');
    const inner = outer.sequence('inner');
    const number = inner.next(TAG.integer, 'number');
    expect(number.span).toEqual({ start: 4, end: 7 });
    expect(number.contentSpan).toEqual({ start: 6, end: 7 });
    expect(toHex(number.der)).toBe('02012a');
    expect(toHex(inner.next(TAG.octetString, 'rest').content)).toBe('ff');
    expect(() => inner.end('inner')).not.toThrow();
    expect(() => outer.end('outer')).not.toThrow();
  });

  it('names got and expected, and where', () => {
    const attempt = () => read('30 03 02 01 2a').sequence('outer').next(TAG.octetString, 'key');
    expect(attempt).toThrow('key: expected octetString, got integer');
    expect(attempt).toThrow(expect.objectContaining({ span: { start: 2, end: 5 } }));
    expect(() => read('').next(contextTag(0, true), 'version')).toThrow('version: expected [0], got the end');
    expect(() => read('4f 00').next(TAG.null, 'nothing')).toThrow('got tag 0x4f');
  });

  it('refuses bytes after the end', () => {
    const reader = read('05 00 05 00');
    reader.any('first');
    expect(() => reader.end('value')).toThrow('value: 2 bytes after its end');
  });

  it('takes optional elements only when they are there', () => {
    const reader = read('05 00');
    expect(reader.optional(TAG.boolean, 'flag')).toBeUndefined();
    expect(reader.optional(TAG.null, 'nothing')?.tag).toBe(TAG.null);
    expect(reader.optional(TAG.null, 'nothing')).toBeUndefined();
  });

  it('does not descend for ever', () => {
    let bytes = der.nothing();
    for (let i = 0; i < 100; i++) bytes = der.sequence(bytes);
    let reader = new DerReader(bytes);
    expect(() => {
      for (let i = 0; i < 100; i++) reader = reader.sequence('nested');
    }).toThrow('nested deeper than 32 levels');
  });
});

describe('primitive types', () => {
  it.each([
    ['01 01 00', false],
    ['01 01 ff', true],
  ])('BOOLEAN %s is %s', (hex, value) => {
    expect(read(hex).any('flag').boolean()).toBe(value);
  });

  it.each(['01 01 01', '01 00', '01 02 ff ff'])('refuses BOOLEAN %s', (hex) => {
    expect(() => read(hex).any('flag').boolean()).toThrow(DerError);
  });

  it.each(['02 00', '02 02 00 7f', '02 02 ff 80'])('refuses INTEGER %s', (hex) => {
    expect(() => read(hex).any('number').integer()).toThrow(DerError);
  });

  it.each(['02 01 ff', '02 05 00 80 00 00 00', '02 04 80 00 00 00'])('refuses small INTEGER %s', (hex) => {
    expect(() => read(hex).any('number').smallInteger()).toThrow('not an INTEGER from 0 to 2147483647');
  });

  it.each([0, 1, 127, 128, 255, 256, 2 ** 31 - 1])('reads back INTEGER %i', (value) => {
    expect(new DerReader(der.integer(value)).any('number').smallInteger()).toBe(value);
  });

  it('writes magnitudes as positive numbers in the fewest bytes', () => {
    expect(toHex(der.integer(fromHex('00 00 80 01')))).toBe('0203008001');
    expect(toHex(der.integer(fromHex('00 00')))).toBe('020100');
    expect(toHex(der.integer(new Uint8Array(0)))).toBe('020100');
    expect(() => der.integer(-1)).toThrow(RangeError);
  });

  it.each(['03 00', '03 01 01', '03 02 08 00', '03 02 01 01'])('refuses BIT STRING %s', (hex) => {
    expect(() => read(hex).any('bits').bitString()).toThrow(DerError);
  });

  it('reads bits, whole bytes and named bits', () => {
    expect(read('03 01 00').any('bits').bitString()).toEqual({ bytes: new Uint8Array(0), unused: 0 });
    expect(toHex(read('03 02 00 a5').any('bits').octetBits())).toBe('a5');
    expect(() => read('03 02 01 a4').any('bits').octetBits()).toThrow('not whole bytes');
    expect(read('03 02 05 a0').any('bits').namedBits()).toEqual([true, false, true]);
    expect(read('03 03 07 00 80').any('bits').namedBits()).toEqual([...new Array(8).fill(false), true]);
  });

  it('writes named bits without trailing zeros', () => {
    expect(toHex(der.namedBits([true, false, true, false]))).toBe('030205a0');
    expect(toHex(der.namedBits([false]))).toBe('030100');
    expect(toHex(der.namedBits([...new Array(8).fill(false), true]))).toBe('0303070080');
  });

  it('refuses an OBJECT IDENTIFIER that is none', () => {
    expect(() => read('06 01 80').any('type').oid()).toThrow('type: not a DER OBJECT IDENTIFIER');
  });

  it('refuses a NULL with contents', () => {
    expect(() => read('05 01 00').any('nothing').null()).toThrow(DerError);
    expect(() => read('05 00').any('nothing').null()).not.toThrow();
  });
});

describe('writing', () => {
  it('sorts a SET OF by encoding', () => {
    expect(toHex(der.set(der.integer(256), der.integer(1), der.boolean(true)))).toBe('310a0101ff02010102020100');
  });

  it('tags explicitly and implicitly', () => {
    expect(toHex(der.explicit(0, der.integer(2)))).toBe('a003020102');
    expect(toHex(der.implicit(2, der.ia5String('a')))).toBe('820161');
    expect(toHex(der.implicit(1, der.sequence()))).toBe('a100');
  });

  it('refuses text that the type can not hold', () => {
    expect(() => der.printableString('a*b')).toThrow(RangeError);
    expect(() => der.ia5String('é')).toThrow(RangeError);
    expect(toHex(der.utf8String('é'))).toBe('0c02c3a9');
  });
});

it('throws nothing but DerError, whatever the bytes', () => {
  const walk = (reader: DerReader) => {
    while (reader.remaining > 0) {
      const element = reader.any('value');
      for (const decode of ['boolean', 'integer', 'namedBits', 'oid', 'time'] as const)
        attempt(() => element[decode]());
      if ((element.tag & 0x20) !== 0) attempt(() => walk(element.reader()));
    }
  };
  const attempt = (action: () => void) => {
    try {
      action();
    } catch (error) {
      expect(error).toBeInstanceOf(DerError);
    }
  };
  const tag = fc.constantFrom(...Object.values(TAG), 0xa0, 0x80);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.tuple(tag, fc.uint8Array({ maxLength: 40 })).map(([first, rest]) => Uint8Array.of(first, rest.length, ...rest)),
  );
  fc.assert(
    fc.property(bytes, (input) => {
      attempt(() => walk(new DerReader(input)));
    }),
    { numRuns: 2000 },
  );
  expect.assertions(expect.getState().assertionCalls);
});
