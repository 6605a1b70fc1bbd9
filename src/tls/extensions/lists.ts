import type { Reader, Writer } from '../../bytes/index.ts';

/** Reads a vector behind a 16-bit length whose elements are opaque and not empty, behind a length of `prefix` bytes. */
export function readOpaques(reader: Reader, list: string, prefix: 1 | 2, element: string): Uint8Array[] {
  const elements = reader.vector(2, list, prefix + 1);
  const values: Uint8Array[] = [];
  while (elements.remaining > 0) values.push(elements.opaque(prefix, element, 1));
  elements.end();
  return values;
}

/** Writes what {@link readOpaques} reads. */
export function writeOpaques(writer: Writer, prefix: 1 | 2, values: readonly Uint8Array[]): void {
  writer.vector(2, (elements) => {
    for (const value of values) elements.opaque(prefix, value);
  });
}

/** Reads a vector behind an 8-bit length of at least one 8-bit code point. */
export function readU8s(reader: Reader, list: string, element: string): number[] {
  const elements = reader.vector(1, list, 1);
  const values: number[] = [];
  while (elements.remaining > 0) values.push(elements.u8(element));
  elements.end();
  return values;
}

/** Writes what {@link readU8s} reads. */
export function writeU8s(writer: Writer, values: readonly number[]): void {
  writer.vector(1, (elements) => {
    for (const value of values) elements.u8(value);
  });
}
