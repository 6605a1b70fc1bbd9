import { concat, type FieldSink } from '../../src/bytes/index.ts';

/** A part of an input whose length stands in front of it. Offsets are into the input. */
export interface Vector {
  readonly lengthStart: number;
  readonly start: number;
  readonly end: number;
  /** The length of `length` bytes of content, as it is written in the input. A length that does not fit wraps. */
  readonly encode: (length: number) => Uint8Array;
}

/** A length of a fixed width, big-endian. */
export function fixedLength(width: number): Vector['encode'] {
  return (length) => Uint8Array.from({ length: width }, (_, i) => Math.floor(length / 256 ** (width - 1 - i)) & 0xff);
}

/** Collects the vectors that a decoder reads: what is called `length` says how much follows it. */
export class VectorSink implements FieldSink {
  readonly vectors: Vector[] = [];
  readonly #offset: number;

  /** @param offset of the decoded bytes in the input. */
  constructor(offset = 0) {
    this.#offset = offset;
  }

  field(name: string, start: number, end: number, value?: number | bigint | string): void {
    if (typeof value !== 'number' || (name !== 'length' && !name.endsWith('.length'))) return;
    const at = this.#offset;
    this.vectors.push({
      lengthStart: at + start,
      start: at + end,
      end: at + end + value,
      encode: fixedLength(end - start),
    });
  }

  enter(): void {
    // What a group holds is seen by its vectors.
  }

  leave(): void {
    // As above.
  }
}

/** The input with other content in one of its vectors, and the lengths around it set right. */
export function withContent(
  input: Uint8Array,
  vectors: readonly Vector[],
  vector: Vector,
  content: Uint8Array,
): Uint8Array {
  const around = vectors.filter((other) => other.start <= vector.lengthStart && vector.end <= other.end);
  around.sort((a, b) => b.start - a.start);
  let bytes = concat([
    input.subarray(0, vector.lengthStart),
    vector.encode(content.length),
    content,
    input.subarray(vector.end),
  ]);
  for (const outer of around) {
    const length = outer.end - outer.start + bytes.length - input.length;
    const written = outer.encode(length);
    // A length that grows moves everything behind it: the next one out sees that in the total.
    bytes = concat([bytes.subarray(0, outer.lengthStart), written, bytes.subarray(outer.start)]);
  }
  return bytes;
}
