import type { Span } from '../bytes/index.ts';

/** Where a text of ASCII first stands in bytes. */
export function findText(bytes: Uint8Array, text: string): Span | undefined {
  for (let start = 0; start + text.length <= bytes.length; start++) {
    let length = 0;
    while (length < text.length && bytes[start + length] === text.charCodeAt(length)) length++;
    if (length === text.length) return { start, end: start + length };
  }
  return undefined;
}
