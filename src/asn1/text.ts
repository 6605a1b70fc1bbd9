import { toLatin1 } from '../bytes/index.ts';
import { TAG } from './tag.ts';

/** Decodes UTF-8 (RFC 3629); `undefined` for anything else, overlong forms and surrogates included. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  let out = '';
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i++] ?? 0;
    if (first < 0x80) {
      out += String.fromCharCode(first);
      continue;
    }
    const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || i + more > bytes.length) return undefined;
    let point = first & (0x3f >> more);
    for (let k = 0; k < more; k++) {
      const byte = bytes[i++] ?? 0;
      if ((byte & 0xc0) !== 0x80) return undefined;
      point = (point << 6) | (byte & 0x3f);
    }
    if ((more === 2 && point < 0x800) || (more === 3 && point < 0x10000) || !isScalar(point)) return undefined;
    out += String.fromCodePoint(point);
  }
  return out;
}

/** Encodes UTF-8. Throws a RangeError for a string with a lone surrogate. */
export function encodeUtf8(text: string): Uint8Array {
  const out: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (!isScalar(point)) throw new RangeError('a lone surrogate has no UTF-8');
    if (point < 0x80) out.push(point);
    else if (point < 0x800) out.push(0xc0 | (point >> 6), tail(point, 0));
    else if (point < 0x10000) out.push(0xe0 | (point >> 12), tail(point, 6), tail(point, 0));
    else out.push(0xf0 | (point >> 18), tail(point, 12), tail(point, 6), tail(point, 0));
  }
  return Uint8Array.from(out);
}

/**
 * Decodes the contents of a character string type to text. Bytes that the type's repertoire lacks but that are ASCII
 * pass, as certificates have many; `undefined` when there is no text in it, or `tag` is not a string.
 */
export function decodeString(tag: number, content: Uint8Array): string | undefined {
  switch (tag) {
    case TAG.utf8String:
      return decodeUtf8(content);
    case TAG.printableString:
    case TAG.numericString:
    case TAG.ia5String:
    case TAG.visibleString:
      return content.every((byte) => byte < 0x80) ? toLatin1(content) : undefined;
    case TAG.teletexString:
      // T.61 has escapes that nobody uses; in certificates it holds Latin-1.
      return toLatin1(content);
    case TAG.bmpString:
      return decodeWide(content, 2);
    case TAG.universalString:
      return decodeWide(content, 4);
    default:
      return undefined;
  }
}

function decodeWide(content: Uint8Array, width: number): string | undefined {
  if (content.length % width !== 0) return undefined;
  let out = '';
  for (let i = 0; i < content.length; i += width) {
    let point = 0;
    for (let k = 0; k < width; k++) point = point * 256 + (content[i + k] ?? 0);
    if (!isScalar(point)) return undefined;
    out += String.fromCodePoint(point);
  }
  return out;
}

/** Whether a number is a Unicode scalar value: a code point that is not a surrogate. */
function isScalar(point: number): boolean {
  return point < 0xd800 || (point >= 0xe000 && point <= 0x10ffff);
}

function tail(point: number, shift: number): number {
  return 0x80 | ((point >> shift) & 0x3f);
}
