/**
 * Writes DER. Every function returns one whole element; structure is made by nesting calls. A value that its type
 * cannot hold throws a RangeError: that is a bug of the caller, never of a peer.
 */
import { concat, EMPTY, fromAscii } from '../bytes/index.ts';
import { encodeOid } from './oid.ts';
import { contextTag, TAG } from './tag.ts';
import { encodeUtf8 } from './text.ts';
import { encodeTime } from './time.ts';

/** An element with the identifier octet `tag` around `contents`. */
function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const body = concat(contents);
  const length: number[] = [];
  if (body.length < 0x80) {
    length.push(body.length);
  } else {
    for (let left = body.length; left > 0; left = Math.floor(left / 256)) length.unshift(left % 256);
    length.unshift(0x80 | length.length);
  }
  return concat([Uint8Array.of(tag, ...length), body]);
}

/** A SEQUENCE of the elements in the order given. */
export function sequence(...elements: readonly Uint8Array[]): Uint8Array {
  return element(TAG.sequence, ...elements);
}

/** A SET OF, its elements in the order that DER demands (X.690 section 11.6). */
export function set(...elements: readonly Uint8Array[]): Uint8Array {
  return element(TAG.set, ...[...elements].sort(compareBytes));
}

/** `[number] EXPLICIT`: the given element inside a tag of its own. */
export function explicit(number: number, inner: Uint8Array): Uint8Array {
  return element(contextTag(number, true), inner);
}

/** `[number] IMPLICIT`: the given element with its identifier octet replaced. */
export function implicit(number: number, inner: Uint8Array): Uint8Array {
  const out = concat([inner]);
  out[0] = contextTag(number, ((inner[0] ?? 0) & 0x20) !== 0);
  return out;
}

/** A BOOLEAN (X.690 section 11.1). */
export function boolean(value: boolean): Uint8Array {
  return element(TAG.boolean, Uint8Array.of(value ? 0xff : 0));
}

/** A non-negative INTEGER, from a number or from its magnitude in network order (leading zeros do no harm). */
export function integer(value: number | Uint8Array): Uint8Array {
  const magnitude = typeof value === 'number' ? numberBytes(value) : value;
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start++;
  const bytes = magnitude.subarray(start);
  const pad = bytes.length === 0 || (bytes[0] ?? 0) >= 0x80;
  return element(TAG.integer, pad ? Uint8Array.of(0) : EMPTY, bytes);
}

/** An OCTET STRING. */
export function octetString(value: Uint8Array): Uint8Array {
  return element(TAG.octetString, value);
}

/** A BIT STRING of whole bytes. */
export function bitString(value: Uint8Array): Uint8Array {
  return element(TAG.bitString, Uint8Array.of(0), value);
}

/** A BIT STRING of named bits, without trailing zero bits (X.690 section 11.2.2). */
export function namedBits(bits: readonly boolean[]): Uint8Array {
  const count = bits.lastIndexOf(true) + 1;
  const bytes = new Uint8Array(Math.ceil(count / 8));
  for (let i = 0; i < count; i++) {
    if (bits[i] === true) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (0x80 >> (i & 7));
  }
  return element(TAG.bitString, Uint8Array.of(bytes.length * 8 - count), bytes);
}

/** A NULL. */
export function nothing(): Uint8Array {
  return element(TAG.null);
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Uint8Array {
  return element(TAG.oid, encodeOid(dotted));
}

/** A UTF8String. */
export function utf8String(text: string): Uint8Array {
  return element(TAG.utf8String, encodeUtf8(text));
}

/** A PrintableString (X.680 section 41.4). */
export function printableString(text: string): Uint8Array {
  if (!/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text)) throw new RangeError(`not a PrintableString: ${text}`);
  return element(TAG.printableString, fromAscii(text));
}

/** An IA5String: ASCII only. */
export function ia5String(text: string): Uint8Array {
  return element(TAG.ia5String, fromAscii(text));
}

/** UTCTime or GeneralizedTime by the year (RFC 5280 section 4.1.2.5). @param at epoch milliseconds. */
export function time(at: number): Uint8Array {
  const { tag, text } = encodeTime(at);
  return element(tag, fromAscii(text));
}

function numberBytes(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a non-negative integer: ${value}`);
  const out: number[] = [];
  for (let left = value; left > 0; left = Math.floor(left / 256)) out.unshift(left % 256);
  return Uint8Array.from(out);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
