import type { Span } from '../bytes/index.ts';
import { decodeOid } from './oid.ts';
import { TAG, tagName } from './tag.ts';
import { decodeTime } from './time.ts';

/** The deepest nesting that is read. A certificate needs about ten levels; this bounds what a hostile one can ask for. */
const MAX_DEPTH = 32;

/** The bytes are not the DER that the reader asked for. Always the fault of whoever made the bytes. */
export class DerError extends Error {
  override readonly name = 'DerError';
  /** Where, in the outermost bytes. */
  readonly span: Span;

  constructor(message: string, span: Span) {
    super(message);
    this.span = span;
  }
}

/** Bits of a BIT STRING. `unused` counts the low bits of the last byte that do not belong to it, 0 to 7. */
export interface BitString {
  readonly bytes: Uint8Array;
  readonly unused: number;
}

/** One element: identifier, length, contents (X.690 section 8.1). Its decoders throw {@link DerError} and nothing else. */
export class DerElement {
  /** What it is for, in error messages. */
  readonly label: string;
  /** The identifier octet. */
  readonly tag: number;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #contents: number;
  readonly #end: number;
  readonly #depth: number;

  constructor(label: string, bytes: Uint8Array, start: number, contents: number, end: number, depth: number) {
    this.label = label;
    this.tag = bytes[start] ?? 0;
    this.#bytes = bytes;
    this.#start = start;
    this.#contents = contents;
    this.#end = end;
    this.#depth = depth;
  }

  /** The whole element in the outermost bytes. */
  get span(): Span {
    return { start: this.#start, end: this.#end };
  }

  /** The contents in the outermost bytes. */
  get contentSpan(): Span {
    return { start: this.#contents, end: this.#end };
  }

  /** The whole element, a view. */
  get der(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** The contents, a view. */
  get content(): Uint8Array {
    return this.#bytes.subarray(this.#contents, this.#end);
  }

  /** Reads the contents as elements: of a constructed element, or of an OCTET STRING that wraps DER. */
  reader(): DerReader {
    if (this.#depth >= MAX_DEPTH) throw this.error(`nested deeper than ${MAX_DEPTH} levels`);
    return new DerReader(this.#bytes, this.#contents, this.#end, this.#depth + 1);
  }

  /** X.690 section 11.1: one byte, 00 or FF. */
  boolean(): boolean {
    const value = this.#bytes[this.#contents];
    if (this.#length !== 1 || (value !== 0 && value !== 0xff)) throw this.error('not a DER BOOLEAN');
    return value === 0xff;
  }

  /** X.690 section 8.3: two's complement in the fewest bytes. Returns those bytes. */
  integer(): Uint8Array {
    const first = this.#bytes[this.#contents] ?? 0;
    const second = this.#bytes[this.#contents + 1] ?? 0;
    if (this.#length === 0) throw this.error('an INTEGER without contents');
    if (this.#length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
      throw this.error('an INTEGER in more bytes than it needs');
    }
    return this.content;
  }

  /** A non-negative INTEGER below 2^31. */
  smallInteger(): number {
    const bytes = this.integer();
    if (bytes.length > 4 || (bytes[0] ?? 0) >= 0x80) throw this.error('not an INTEGER from 0 to 2147483647');
    let value = 0;
    for (const byte of bytes) value = value * 256 + byte;
    return value;
  }

  /** X.690 sections 8.6 and 11.2.1: unused bits are zero. */
  bitString(): BitString {
    const unused = this.#bytes[this.#contents] ?? 0;
    const last = this.#bytes[this.#end - 1] ?? 0;
    if (this.#length === 0 || unused > 7 || (this.#length === 1 && unused !== 0)) {
      throw this.error('not a DER BIT STRING');
    }
    if (this.#length > 1 && (last & ((1 << unused) - 1)) !== 0) throw this.error('a BIT STRING with unused bits set');
    return { bytes: this.#bytes.subarray(this.#contents + 1, this.#end), unused };
  }

  /** A BIT STRING of whole bytes. */
  octetBits(): Uint8Array {
    const { bytes, unused } = this.bitString();
    if (unused !== 0) throw this.error('a BIT STRING that is not whole bytes');
    return bytes;
  }

  /**
   * A BIT STRING of named bits, bit 0 first. Trailing zero bits, against X.690 section 11.2.2, are read: two roots in
   * Mozilla's store have them, and they mean nothing.
   */
  namedBits(): boolean[] {
    const { bytes, unused } = this.bitString();
    const count = bytes.length * 8 - unused;
    const bits: boolean[] = [];
    for (let i = 0; i < count; i++) bits.push((((bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1) === 1);
    return bits;
  }

  /** X.690 section 8.19, in dotted form. */
  oid(): string {
    const oid = decodeOid(this.content);
    if (oid === undefined) throw this.error('not a DER OBJECT IDENTIFIER');
    return oid;
  }

  /** X.690 section 8.8: empty. */
  null(): void {
    if (this.#length !== 0) throw this.error('a NULL with contents');
  }

  /** UTCTime or GeneralizedTime in the one form that RFC 5280 section 4.1.2.5 allows, in epoch milliseconds. */
  time(): number {
    const at = decodeTime(this.tag, this.content);
    if (at === undefined) throw this.error('not a time as RFC 5280 section 4.1.2.5 writes it');
    return at;
  }

  /** An error about this element. */
  error(message: string): DerError {
    return new DerError(`${this.label}: ${message}`, this.span);
  }

  get #length(): number {
    return this.#end - this.#contents;
  }
}

/**
 * A cursor over DER elements: definite lengths in the fewest bytes, nothing beyond the enclosing element, bounded
 * nesting. Every method throws {@link DerError} and nothing else. Spans are offsets into the outermost bytes.
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #depth: number;
  #offset: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length, depth = 0) {
    this.#bytes = bytes;
    this.#offset = start;
    this.#end = end;
    this.#depth = depth;
  }

  /** Bytes left. */
  get remaining(): number {
    return this.#end - this.#offset;
  }

  /** Whether the next element has the identifier octet `tag`. */
  at(tag: number): boolean {
    return this.#offset < this.#end && this.#bytes[this.#offset] === tag;
  }

  /** The next element, whatever it is. */
  any(label: string): DerElement {
    const bytes = this.#bytes;
    const start = this.#offset;
    if (this.remaining < 2) throw this.#error(`${label}: expected an element, got ${this.remaining} bytes`);
    if (((bytes[start] ?? 0) & 0x1f) === 0x1f) throw this.#error(`${label}: a tag number above 30`);
    let contents = start + 2;
    let length = bytes[start + 1] ?? 0;
    if (length >= 0x80) {
      const width = length & 0x7f;
      if (width === 0) throw this.#error(`${label}: indefinite length`);
      if (width > 4 || contents + width > this.#end) throw this.#error(`${label}: length beyond the end`);
      length = 0;
      for (let i = 0; i < width; i++) length = length * 256 + (bytes[contents + i] ?? 0);
      // X.690 section 10.1: the fewest bytes possible.
      if (length < 0x80 || length < 256 ** (width - 1)) {
        throw this.#error(`${label}: length in more bytes than it needs`);
      }
      contents += width;
    }
    if (length > this.#end - contents) {
      throw this.#error(`${label}: ${length} bytes long, ${this.#end - contents} left`);
    }
    this.#offset = contents + length;
    return new DerElement(label, bytes, start, contents, this.#offset, this.#depth);
  }

  /** The next element, which must have the identifier octet `tag`. */
  next(tag: number, label: string): DerElement {
    if (!this.at(tag)) {
      const got = this.remaining > 0 ? tagName(this.#bytes[this.#offset] ?? 0) : 'the end';
      throw this.#error(`${label}: expected ${tagName(tag)}, got ${got}`);
    }
    return this.any(label);
  }

  /** The next element if it has the identifier octet `tag`. */
  optional(tag: number, label: string): DerElement | undefined {
    return this.at(tag) ? this.any(label) : undefined;
  }

  /** Enters the next element, a SEQUENCE. */
  sequence(label: string): DerReader {
    return this.next(TAG.sequence, label).reader();
  }

  /** Asserts that every byte was read. */
  end(label: string): void {
    if (this.remaining > 0) throw this.#error(`${label}: ${this.remaining} bytes after its end`);
  }

  #error(message: string): DerError {
    return new DerError(message, { start: this.#offset, end: this.#end });
  }
}
