import { type Allocator, allocate } from './span.ts';

/** Arrays of so many bytes have them in the heap of V8. */
const SHORT = 64;

/**
 * Builds a byte string in network order. Length prefixes are written by {@link vector}, so that no caller counts
 * bytes. A value that does not fit its width throws a RangeError: that is a bug of the caller, never of a peer.
 */
export class Writer {
  readonly #alloc: Allocator;
  #bytes: Uint8Array;
  #length = 0;

  constructor(alloc: Allocator = allocate, capacity = 256) {
    this.#alloc = alloc;
    this.#bytes = alloc(capacity);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    return this.#number(value, 1);
  }

  u16(value: number): this {
    return this.#number(value, 2);
  }

  u24(value: number): this {
    return this.#number(value, 3);
  }

  u32(value: number): this {
    return this.#number(value, 4);
  }

  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** `value` behind a length of `prefix` bytes. */
  opaque(prefix: 1 | 2 | 3, value: Uint8Array): this {
    return this.#number(value.length, prefix).bytes(value);
  }

  /** Whatever `body` writes, behind a length of `prefix` bytes. */
  vector(prefix: 1 | 2 | 3, body: (writer: this) => void): this {
    const at = this.#grow(prefix);
    const start = this.#length;
    body(this);
    this.#put(at, this.#length - start, prefix);
    return this;
  }

  /** Code points behind a length of `prefix` bytes. */
  u16s(prefix: 1 | 2, values: readonly number[]): this {
    this.#number(values.length * 2, prefix);
    for (const value of values) this.#number(value, 2);
    return this;
  }

  /** The bytes written, mostly as a view of the writer's memory: write no more afterwards. */
  finish(): Uint8Array {
    const bytes = this.#bytes;
    if (bytes.length > SHORT) return bytes.subarray(0, this.#length);
    // A view of an array this short would move it out of the heap.
    const out = new Uint8Array(this.#length);
    for (let i = 0; i < out.length; i++) out[i] = bytes[i] ?? 0;
    return out;
  }

  #number(value: number, width: number): this {
    this.#put(this.#grow(width), value, width);
    return this;
  }

  #put(at: number, value: number, width: number): void {
    if (value >>> 0 !== value || (width < 4 && value >>> (8 * width) !== 0)) {
      throw new RangeError(`${value} does not fit in ${width} bytes`);
    }
    for (let i = width - 1, left = value; i >= 0; i--, left >>>= 8) this.#bytes[at + i] = left & 0xff;
  }

  #grow(by: number): number {
    const at = this.#length;
    const needed = at + by;
    if (needed > this.#bytes.length) {
      const larger = this.#alloc(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#length = needed;
    return at;
  }
}
