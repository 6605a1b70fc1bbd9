import type { Vector } from './structure.ts';

/** A DER length in the fewest bytes (X.690 section 10.1). */
function derLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const digits: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest & 0xff);
  return Uint8Array.of(0x80 | digits.length, ...digits);
}

/** Whether a tag's contents are worth a look for elements: constructed ones, and strings that may wrap DER. */
function mayHoldElements(tag: number): boolean {
  return (tag & 0x20) !== 0 || tag === 0x04 || tag === 0x03;
}

/** The elements of DER as vectors, as far as it reads; a look of its own that shares nothing with the reader. */
export function derVectors(bytes: Uint8Array, from = 0, to = bytes.length, depth = 0): Vector[] {
  const vectors: Vector[] = [];
  for (let at = from; at + 2 <= to && depth < 20; ) {
    const tag = bytes[at] ?? 0;
    let start = at + 2;
    let length = bytes[at + 1] ?? 0;
    if (length >= 0x80) {
      const width = length & 0x7f;
      if (width === 0 || width > 4) break;
      length = 0;
      for (let i = 0; i < width; i++) length = length * 256 + (bytes[start + i] ?? 0);
      start += width;
    }
    const end = start + length;
    if (end > to) break;
    vectors.push({ lengthStart: at + 1, start, end, encode: derLength });
    // A BIT STRING begins with its count of unused bits.
    if (mayHoldElements(tag)) vectors.push(...derVectors(bytes, tag === 0x03 ? start + 1 : start, end, depth + 1));
    at = end;
  }
  return vectors;
}
