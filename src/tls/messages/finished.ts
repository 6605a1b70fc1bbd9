import type { Allocator, Reader } from '../../bytes/index.ts';
import { encodeHandshake, type Outgoing } from './encode.ts';

/** A MAC over the handshake so far (RFC 8446 section 4.4.4). */
export interface Finished {
  readonly type: 'finished';
  /** As long as the hash of the cipher suite: whoever knows the suite checks it. */
  readonly verifyData: Uint8Array;
}

/** Decodes the body. */
export function decodeFinished(reader: Reader): Finished {
  return { type: 'finished', verifyData: reader.rest('verify_data') };
}

/** Encodes a whole Finished, header included. */
export function encodeFinished(message: Outgoing<Finished>, alloc?: Allocator): Uint8Array {
  return encodeHandshake('finished', alloc, (writer) => writer.bytes(message.verifyData));
}
