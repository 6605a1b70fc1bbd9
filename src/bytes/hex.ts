const DIGITS = '0123456789abcdef';

/** Lower-case hexadecimal, two digits a byte, `separator` between bytes. */
export function toHex(bytes: Uint8Array, separator = ''): string {
  let out = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (i > 0) out += separator;
    out += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15);
  }
  return out;
}

/** A code point as the registries print it: `hex(0x1301, 2)` is `0x1301`. `width` is in bytes. */
export function hex(value: number, width: number): string {
  return `0x${value.toString(16).padStart(width * 2, '0')}`;
}

/** Parses hexadecimal; white space and colons between digits are ignored. Throws a RangeError on anything else. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/[\s:]/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) throw new RangeError('not hexadecimal');
  const out = new Uint8Array(digits.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
  return out;
}
