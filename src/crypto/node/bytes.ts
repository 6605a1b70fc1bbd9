/** The same memory as a plain Uint8Array: `Buffer.slice` aliases where `Uint8Array.slice` copies. */
export function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** Base64: `base64` as PEM has it, `base64url` without padding as JWK has it (RFC 7515 section 2). */
export function toBase64(bytes: Uint8Array, variant: 'base64' | 'base64url' = 'base64'): string {
  return view(bytes).toString(variant);
}

/** One character for each byte. */
export function toLatin1(bytes: Uint8Array): string {
  return view(bytes).toString('latin1');
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
