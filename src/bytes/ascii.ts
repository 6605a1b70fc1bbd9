/** Encodes text whose every character is below 0x80. Throws a RangeError otherwise. */
export function fromAscii(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) throw new RangeError(`not ASCII: character ${i} of a ${text.length}-character string`);
    out[i] = code;
  }
  return out;
}

/** Decodes bytes as Latin-1: every byte becomes one character, so nothing is lost and nothing throws. */
export function toLatin1(bytes: Uint8Array): string {
  // In one call while the arguments fit the stack: character by character, each would be a string that stays.
  if (bytes.length <= MAX_ARGUMENTS) return String.fromCharCode(...bytes);
  let out = '';
  for (let at = 0; at < bytes.length; at += MAX_ARGUMENTS) {
    out += String.fromCharCode(...bytes.subarray(at, at + MAX_ARGUMENTS));
  }
  return out;
}

const MAX_ARGUMENTS = 4096;
