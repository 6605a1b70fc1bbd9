import { type FieldSink, ReadError, Reader } from '../../bytes/index.ts';

/**
 * A reader of a message's body, behind its header (RFC 8446 section 4).
 * @param message header and body: offsets count from its first byte.
 * @throws ReadError when the header declares another length
 */
export function handshakeBody(message: Uint8Array, sink?: FieldSink): Reader {
  const reader = new Reader(message, sink);
  reader.u8('msg_type');
  const start = reader.offset;
  const length = reader.u24('length');
  if (length !== reader.remaining) {
    throw new ReadError(`length is ${length}, the body has ${reader.remaining} bytes`, start, reader.offset);
  }
  return reader;
}
