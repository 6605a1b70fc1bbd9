import { type FieldSink, ReadError, Reader } from '../../bytes/index.ts';
import { TlsError } from '../error.ts';
import { handshakeTypeName } from '../registry/handshake-types.ts';

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

/** The refusal of a message whose type a version does not have. @param version `TLS 1.3` */
export function notAMessage(message: Uint8Array, version: string, spec: string): TlsError {
  const [type = 0] = message;
  const messageType = handshakeTypeName(type) ?? `handshake type ${type}`;
  return new TlsError({
    code: 'UNEXPECTED_MESSAGE',
    alert: 'unexpected_message',
    fault: 'peer',
    message: `got ${messageType}, which is not a message of ${version}`,
    spec,
    evidence: { messageType, span: { start: 0, end: Math.min(1, message.length) } },
  });
}
