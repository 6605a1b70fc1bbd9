import type { Allocator, Reader } from '../../bytes/index.ts';
import { illegalValue } from '../extensions/codec.ts';
import { encodeHandshake, type Outgoing } from './encode.ts';

/** The sender changes its keys after this message (RFC 8446 section 4.6.3). */
export interface KeyUpdate {
  readonly type: 'key_update';
  /** Whether the receiver is to change its own keys too. */
  readonly requestUpdate: boolean;
}

/** KeyUpdateRequest code points. */
const UPDATE_NOT_REQUESTED = 0;
const UPDATE_REQUESTED = 1;

/** Decodes the body. Any other request_update MUST be answered with illegal_parameter (RFC 8446 section 4.6.3). */
export function decodeKeyUpdate(reader: Reader): KeyUpdate {
  const start = reader.offset;
  const request = reader.u8('request_update');
  if (request !== UPDATE_NOT_REQUESTED && request !== UPDATE_REQUESTED) {
    throw illegalValue('key_update', `request_update is ${request}`, 'RFC 8446 section 4.6.3', start, reader.offset);
  }
  reader.end();
  return { type: 'key_update', requestUpdate: request === UPDATE_REQUESTED };
}

/** Encodes a whole KeyUpdate, header included. */
export function encodeKeyUpdate(message: Outgoing<KeyUpdate>, alloc?: Allocator): Uint8Array {
  return encodeHandshake('key_update', alloc, (writer) =>
    writer.u8(message.requestUpdate ? UPDATE_REQUESTED : UPDATE_NOT_REQUESTED),
  );
}
