/** A half-open range of byte offsets, `start` inclusive and `end` exclusive, into a named run of bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Makes a fresh byte array of `length` bytes. The contents are unspecified until written. */
export type Allocator = (length: number) => Uint8Array;

/** The allocator every JavaScript runtime has. Hosts with a cheaper one (Node's Buffer pool) inject it. */
export const allocate: Allocator = (length) => new Uint8Array(length);

/** The empty byte string. */
export const EMPTY: Uint8Array = new Uint8Array(0);

/** Joins byte strings into one. */
export function concat(parts: readonly Uint8Array[], alloc: Allocator = allocate): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = alloc(length);
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Copies `source`, so that the result does not keep or alias the caller's memory. */
export function copy(source: Uint8Array, alloc: Allocator = allocate): Uint8Array {
  const out = alloc(source.length);
  out.set(source);
  return out;
}

/**
 * Compares two byte strings. For public values only: it returns at the first difference. Secrets are compared
 * with {@link equalConstantTime}.
 */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Compares two byte strings without a data-dependent branch. JavaScript promises nothing about time, so this is
 * best effort (see SECURITY.md); the lengths are public.
 */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
