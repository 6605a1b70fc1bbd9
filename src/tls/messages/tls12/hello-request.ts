import type { Allocator, Reader } from '../../../bytes/index.ts';
import { encodeHandshake } from '../encode.ts';

/** A server that wants to negotiate anew (RFC 5246 section 7.4.1.1). It is part of no transcript. */
export interface HelloRequest {
  readonly type: 'hello_request';
}

/** Decodes the body, which is empty. */
export function decodeHelloRequest(reader: Reader): HelloRequest {
  reader.end();
  return { type: 'hello_request' };
}

/** Encodes a whole HelloRequest, header included. */
export function encodeHelloRequest(alloc?: Allocator): Uint8Array {
  return encodeHandshake('hello_request', alloc, () => undefined);
}
