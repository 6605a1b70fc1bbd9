import type { Allocator, Reader } from '../../bytes/index.ts';
import { decodeExtensions, type ExtensionBlock, encodeExtensions } from '../extensions/block.ts';
import { encodeHandshake, type Outgoing } from './encode.ts';

/** The server's answers to extensions that need no key (RFC 8446 section 4.3.1). */
export interface EncryptedExtensions {
  readonly type: 'encrypted_extensions';
  readonly extensions: ExtensionBlock;
}

/**
 * Decodes the body.
 * @param message the bytes that `reader` was made of.
 */
export function decodeEncryptedExtensions(reader: Reader, message: Uint8Array): EncryptedExtensions {
  const extensions = decodeExtensions(reader, 'encrypted_extensions', message);
  reader.end();
  return { type: 'encrypted_extensions', extensions };
}

/** Encodes a whole EncryptedExtensions, header included. */
export function encodeEncryptedExtensions(message: Outgoing<EncryptedExtensions>, alloc?: Allocator): Uint8Array {
  return encodeHandshake('encrypted_extensions', alloc, (writer) => encodeExtensions(writer, message.extensions));
}
