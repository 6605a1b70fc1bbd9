import { describe, expect, it } from 'vitest';
import { HANDSHAKE, record } from '../../../test/tls/forge.ts';
import { allocate, concat, fromAscii } from '../../bytes/index.ts';
import { RecordFramer } from './framing.ts';
import { MAX_CIPHERTEXT } from './limits.ts';

/** Feeds a stream in chunks of `size` and takes out what is whole after each. */
function frames(stream: Uint8Array, size = stream.length) {
  const framer = new RecordFramer(allocate);
  const out = [];
  for (let at = 0; at < stream.length; at += size) {
    framer.push(stream.subarray(at, at + size));
    for (let next = framer.next(); next !== undefined; next = framer.next()) out.push(next);
  }
  return { framer, out };
}

describe('a stream of records', () => {
  const parts = [0, 1, 300, MAX_CIPHERTEXT].map((length) => record(HANDSHAKE, new Uint8Array(length).fill(length)));

  it.each([1, 2, 5, 6, 1000, 20_000])('is cut at its headers, in chunks of %d', (size) => {
    const { framer, out } = frames(concat(parts), size);
    expect(out.map(({ bytes }) => bytes)).toEqual(parts);
    expect(out.map(({ offset }) => offset)).toEqual([0, 5, 11, 316]);
    expect(framer.buffered).toBe(0);
  });

  it('counts what is not whole yet', () => {
    expect(frames(record(HANDSHAKE, new Uint8Array(10)).subarray(0, 12), 5).framer.buffered).toBe(12);
  });

  it('tells type and version', () => {
    expect(frames(record(21, Uint8Array.of(1, 0), 0x0301)).out[0]).toMatchObject({ type: 21, legacyVersion: 0x0301 });
  });
});

describe('a header that is refused', () => {
  const first = record(HANDSHAKE, Uint8Array.of(1));
  const rows: readonly [string, Uint8Array, string, string | null][] = [
    ['longer than a record may be', Uint8Array.of(22, 3, 3, 0x41, 0x01), 'RECORD_OVERFLOW', 'record_overflow'],
    [
      'longer, behind a record',
      concat([first, Uint8Array.of(23, 3, 3, 255, 255)]),
      'RECORD_OVERFLOW',
      'record_overflow',
    ],
    [
      'of version 2, behind a record',
      concat([first, Uint8Array.of(23, 2, 0, 0, 1)]),
      'UNEXPECTED_RECORD',
      'protocol_version',
    ],
    ['of an HTTP answer', fromAscii('HTTP/1.1 400 Bad Request'), 'NOT_TLS', null],
    ['of a type below all', Uint8Array.of(19, 3, 3, 0, 1), 'NOT_TLS', null],
    ['of a type above all', Uint8Array.of(24, 3, 3, 0, 1), 'NOT_TLS', null],
    ['of SSL 2.0', Uint8Array.of(0x80, 46, 1, 0, 2), 'NOT_TLS', null],
    ['of major version 4', Uint8Array.of(22, 4, 0, 0, 1), 'NOT_TLS', null],
  ];

  it.each(rows)('is one %s, whole or byte by byte', (_, stream, code, alert) => {
    for (const size of [stream.length, 1]) {
      expect(() => frames(stream, size)).toThrow(expect.objectContaining({ code, alert, fault: 'peer' }));
    }
  });

  it('is told by its first byte alone, quoting what came', () => {
    expect(() => frames(fromAscii('S'))).toThrow(expect.objectContaining({ code: 'NOT_TLS' }));
    expect(() => frames(fromAscii('SSH-2.0-x\r\n'))).toThrow(/53 53 48 .*\("SSH-2\.0-x\.\."\)/);
  });
});

describe('records that come in several chunks', () => {
  const filled = (fill: number, length: number) => record(23, new Uint8Array(length).fill(fill));
  const assembled = (framer: RecordFramer, bytes: Uint8Array) => {
    framer.push(bytes.subarray(0, 100));
    expect(framer.next()).toBeUndefined();
    framer.push(bytes.subarray(100));
    return framer.next();
  };

  it.each([100, 4091, 4092, 16_384, 16_640])('keep their bytes until they are given back: %i bytes', (length) => {
    const [one, other] = [new RecordFramer(allocate), new RecordFramer(allocate)];
    const first = assembled(one, filled(1, length));
    const second = assembled(other, filled(2, length));
    const third = assembled(one, filled(3, length));
    expect(first?.bytes).toEqual(filled(1, length));
    expect(second?.bytes).toEqual(filled(2, length));
    if (second !== undefined) other.recycle(second);
    const fourth = assembled(one, filled(4, length));
    expect([first, third, fourth].map((each) => each?.bytes[5])).toEqual([1, 3, 4]);
    expect(fourth?.bytes).toEqual(filled(4, length));
  });

  it('a record that lies in one chunk is not taken for spare memory', () => {
    const framer = new RecordFramer(allocate);
    const chunk = concat([filled(1, 16_384), filled(2, 16_384)]);
    framer.push(chunk);
    const whole = framer.next();
    if (whole !== undefined) framer.recycle(whole);
    assembled(new RecordFramer(allocate), filled(9, 16_640));
    expect(framer.next()?.bytes).toEqual(filled(2, 16_384));
    expect(chunk.subarray(0, 16_389)).toEqual(filled(1, 16_384));
  });
});
