import { concat, toHex } from '../bytes/index.ts';
import { CryptoError } from './provider.ts';

/** The DER tags that keys are made of (X.690 section 8), context-specific ones included. */
export const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  context0: 0xa0,
  context1: 0xa1,
  context2: 0xa2,
  context3: 0xa3,
} as const;

/**
 * A cursor over the few DER values that keys are made of. Strict: definite, minimal lengths below 2^16, minimal
 * positive integers, nothing left over. Every method throws CryptoError `invalid_key` and nothing else. This is not
 * the ASN.1 room: crypto stands below it, and a provider must not trust that somebody else looked.
 */
export class DerReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The tag of the next element, undefined at the end. */
  get tag(): number | undefined {
    return this.#bytes[this.#offset];
  }

  /** The contents of the next element, a view. */
  contents(tag: number, name: string): Uint8Array {
    if (this.tag !== tag) throw invalid(`${name} is missing or of another type`);
    const first = this.#bytes[this.#offset + 1] ?? 0x80;
    const octets = first < 0x80 ? 0 : first - 0x80;
    const start = this.#offset + 2 + octets;
    let length = first;
    if (octets > 0) {
      length = 0;
      for (let i = start - octets; i < start; i++) length = length * 256 + (this.#bytes[i] ?? 0);
    }
    if (first === 0x80 || octets > 2 || (octets > 0 && length < (octets === 1 ? 0x80 : 0x100))) {
      throw invalid(`${name} has a length that is not DER`);
    }
    if (start + length > this.#bytes.length) throw invalid(`${name} is cut short`);
    this.#offset = start + length;
    return this.#bytes.subarray(start, start + length);
  }

  /** A reader over the contents of the next element, a SEQUENCE unless said otherwise. */
  enter(name: string, tag: number = TAG.sequence): DerReader {
    return new DerReader(this.contents(tag, name));
  }

  /** As {@link enter} if the next element has this tag, else undefined. */
  optional(tag: number, name: string): DerReader | undefined {
    return this.tag === tag ? this.enter(name, tag) : undefined;
  }

  /** The whole next element, tag and length included, a view. The cursor stays before it. */
  peek(tag: number, name: string): Uint8Array {
    const start = this.#offset;
    this.contents(tag, name);
    const element = this.#bytes.subarray(start, this.#offset);
    this.#offset = start;
    return element;
  }

  /** A non-negative INTEGER as its magnitude without leading zeros; zero is the empty string. */
  integer(name: string): Uint8Array {
    const contents = this.contents(TAG.integer, name);
    const [first, second = 0] = contents;
    if (first === undefined || first > 0x7f) throw invalid(`${name} is empty or negative`);
    if (first > 0) return contents;
    if (contents.length > 1 && second < 0x80) throw invalid(`${name} has a needless leading zero`);
    return contents.subarray(1);
  }

  /** An INTEGER that fits one byte. */
  small(name: string): number {
    const magnitude = this.integer(name);
    if (magnitude.length > 1) throw invalid(`${name} is out of range`);
    return magnitude[0] ?? 0;
  }

  /** An OBJECT IDENTIFIER as the hexadecimal of its contents. */
  oid(name: string): string {
    return toHex(this.contents(TAG.oid, name));
  }

  /** A BIT STRING of whole bytes. */
  bits(name: string): Uint8Array {
    const contents = this.contents(TAG.bitString, name);
    if (contents[0] !== 0) throw invalid(`${name} is not a whole number of bytes`);
    return contents.subarray(1);
  }

  /** A NULL. */
  null(name: string): void {
    if (this.contents(TAG.null, name).length > 0) throw invalid(`${name} is a NULL with contents`);
  }

  /** Asserts that every element was read. */
  end(name: string): void {
    if (this.#offset !== this.#bytes.length)
      throw invalid(`${name} has ${this.#bytes.length - this.#offset} bytes too many`);
  }
}

/** One DER element of up to 65,535 bytes. */
export function derElement(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const contents = concat(parts);
  const { length } = contents;
  const header =
    length < 0x80
      ? Uint8Array.of(tag, length)
      : length < 0x100
        ? Uint8Array.of(tag, 0x81, length)
        : Uint8Array.of(tag, 0x82, length >> 8, length & 0xff);
  return concat([header, contents]);
}

/** A non-negative INTEGER from its big-endian magnitude. */
export function derInteger(magnitude: Uint8Array): Uint8Array {
  const trimmed = magnitude.subarray(leadingZeros(magnitude));
  const sign = trimmed[0] === undefined || trimmed[0] > 0x7f ? Uint8Array.of(0) : Uint8Array.of();
  return derElement(TAG.integer, sign, trimmed);
}

function leadingZeros(bytes: Uint8Array): number {
  let count = 0;
  while (bytes[count] === 0) count++;
  return count;
}

/** The CryptoError for a key that is not well-formed or out of range. */
export function invalid(message: string, cause?: unknown): CryptoError {
  return new CryptoError('invalid_key', message, cause === undefined ? undefined : { cause });
}

/** The CryptoError for something that no provider declares. */
export function unsupported(message: string): CryptoError {
  return new CryptoError('unsupported', message);
}
