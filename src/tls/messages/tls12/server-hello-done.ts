import type { Allocator, Reader } from '../../../bytes/index.ts';
import { encodeHandshake } from '../encode.ts';

/** The server has said what it has to say; the client is next (RFC 5246 section 7.4.5). */
export interface ServerHelloDone {
  readonly type: 'server_hello_done';
}

/** Decodes the body, which is empty. */
export function decodeServerHelloDone(reader: Reader): ServerHelloDone {
  reader.end();
  return { type: 'server_hello_done' };
}

/** Encodes a whole ServerHelloDone, header included. */
export function encodeServerHelloDone(alloc?: Allocator): Uint8Array {
  return encodeHandshake('server_hello_done', alloc, () => undefined);
}
