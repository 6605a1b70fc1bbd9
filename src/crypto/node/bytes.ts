/** The same memory as a plain Uint8Array: `Buffer.slice` aliases where `Uint8Array.slice` copies. */
export function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** Unpadded base64url, as JWK has it (RFC 7515 section 2). */
export function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}
