import { type Allocator, Writer } from '../../bytes/index.ts';
import type { RawExtension } from '../extensions/block.ts';
import { HANDSHAKE_TYPES, type HandshakeTypeName } from '../registry/handshake-types.ts';

/** A message to send: its fields, with the extensions as they go on the wire. */
export type Outgoing<Message extends { readonly type: string }> = Omit<Message, 'type' | 'extensions'> &
  (Message extends { readonly extensions: unknown } ? { readonly extensions: readonly RawExtension[] } : unknown);

/** Writes a whole handshake message: the four-byte header and what `body` writes (RFC 8446 section 4). */
export function encodeHandshake(
  type: HandshakeTypeName,
  alloc: Allocator | undefined,
  body: (writer: Writer) => void,
): Uint8Array {
  return new Writer(alloc).u8(HANDSHAKE_TYPES[type]).vector(3, body).finish();
}
