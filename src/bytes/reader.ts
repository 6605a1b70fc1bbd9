import type { Span } from './span.ts';

/**
 * Receives every field that a decoder reads. One decoder serves both the engine (no sink, nearly free) and the
 * explanation (a sink that builds a tree): there is no second dissector that could disagree.
 */
export interface FieldSink {
  /** A leaf value at `start..end`, offsets relative to the bytes the outermost reader was made of. */
  field(name: string, start: number, end: number, value?: number | bigint | string): void;
  /** A composite value begins; fields until the matching {@link leave} are its parts. */
  enter(name: string, start: number, end: number): void;
  /** The innermost composite value ends. */
  leave(): void;
}

/** The bytes do not have the form the decoder asked for. Always the fault of whoever made the bytes. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
  /** Where in the outermost bytes the read failed. */
  readonly span: Span;

  constructor(message: string, start: number, end: number) {
    super(message);
    this.span = { start, end };
  }
}

/** Longest vector behind a length of so many bytes. */
const MAX_VECTOR = { 1: 0xff, 2: 0xffff, 3: 0xff_ffff } as const;

/**
 * A cursor over bytes in network order (RFC 8446 section 3). Every method throws {@link ReadError} and nothing
 * else when the bytes run out. Returned arrays are views, not copies.
 */
export class Reader {
  readonly #bytes: Uint8Array;
  #offset: number;
  readonly #end: number;
  readonly #sink: FieldSink | undefined;
  readonly #entered: boolean;

  constructor(bytes: Uint8Array, sink?: FieldSink, start = 0, end = bytes.length, entered = false) {
    this.#bytes = bytes;
    this.#offset = start;
    this.#end = end;
    this.#sink = sink;
    this.#entered = entered;
  }

  /** Offset of the next byte in the outermost bytes. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes left. */
  get remaining(): number {
    return this.#end - this.#offset;
  }

  u8(name: string): number {
    const at = this.#take(1, name);
    const value = this.#bytes[at] ?? 0;
    this.#sink?.field(name, at, at + 1, value);
    return value;
  }

  u16(name: string): number {
    const at = this.#take(2, name);
    const value = this.#number(at, 2);
    this.#sink?.field(name, at, at + 2, value);
    return value;
  }

  u24(name: string): number {
    const at = this.#take(3, name);
    const value = this.#number(at, 3);
    this.#sink?.field(name, at, at + 3, value);
    return value;
  }

  u32(name: string): number {
    const at = this.#take(4, name);
    const value = this.#number(at, 4);
    this.#sink?.field(name, at, at + 4, value);
    return value;
  }

  /** Exactly `length` bytes. */
  bytes(length: number, name: string): Uint8Array {
    const at = this.#take(length, name);
    this.#sink?.field(name, at, at + length);
    return this.#bytes.subarray(at, at + length);
  }

  /** All bytes that are left. */
  rest(name: string): Uint8Array {
    return this.bytes(this.remaining, name);
  }

  /** An opaque vector behind a length of `prefix` bytes, between `min` and `max` bytes long. */
  opaque(prefix: 1 | 2 | 3, name: string, min = 0, max: number = MAX_VECTOR[prefix]): Uint8Array {
    const at = this.#vector(prefix, name, min, max);
    this.#sink?.field(name, at, this.#offset);
    return this.#bytes.subarray(at, this.#offset);
  }

  /**
   * A structured vector behind a length of `prefix` bytes, as a reader over exactly its bytes. The caller ends
   * with {@link end} on it.
   */
  vector(prefix: 1 | 2 | 3, name: string, min = 0, max: number = MAX_VECTOR[prefix]): Reader {
    const at = this.#vector(prefix, name, min, max);
    this.#sink?.enter(name, at, this.#offset);
    return new Reader(this.#bytes, this.#sink, at, this.#offset, this.#sink !== undefined);
  }

  /** A vector of 16-bit code points behind a length of `prefix` bytes. */
  u16s(prefix: 1 | 2, name: string, min = 2): number[] {
    const list = this.vector(prefix, name, min);
    const values: number[] = [];
    while (list.remaining > 0) values.push(list.u16('value'));
    list.end();
    return values;
  }

  /** Runs `read` with its fields grouped under `name`. */
  group<T>(name: string, read: (reader: this) => T): T {
    const sink = this.#sink;
    if (sink === undefined) return read(this);
    sink.enter(name, this.#offset, this.#end);
    const result = read(this);
    sink.leave();
    return result;
  }

  /** Asserts that every byte was read. */
  end(): void {
    if (this.#offset !== this.#end) {
      throw new ReadError(`${this.remaining} bytes after the end`, this.#offset, this.#end);
    }
    if (this.#entered) this.#sink?.leave();
  }

  #vector(prefix: 1 | 2 | 3, name: string, min: number, max: number): number {
    const lengthAt = this.#take(prefix, name);
    const length = this.#number(lengthAt, prefix);
    this.#sink?.field(`${name}.length`, lengthAt, lengthAt + prefix, length);
    if (length < min || length > max) {
      throw new ReadError(`${name} is ${length} bytes long, expected ${min} to ${max}`, lengthAt, lengthAt + prefix);
    }
    return this.#take(length, name);
  }

  #number(at: number, width: number): number {
    let value = 0;
    for (let i = 0; i < width; i++) value = (value << 8) | (this.#bytes[at + i] ?? 0);
    return value >>> 0;
  }

  #take(length: number, name: string): number {
    const at = this.#offset;
    if (length > this.#end - at) {
      throw new ReadError(`${name} needs ${length} bytes, ${this.#end - at} left`, at, this.#end);
    }
    this.#offset = at + length;
    return at;
  }
}
