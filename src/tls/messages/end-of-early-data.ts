import type { Allocator, Reader } from '../../bytes/index.ts';
import { encodeHandshake } from './encode.ts';

/** The client has sent all its 0-RTT data (RFC 8446 section 4.5). */
export interface EndOfEarlyData {
  readonly type: 'end_of_early_data';
}

/** Decodes the body, which is empty. */
export function decodeEndOfEarlyData(reader: Reader): EndOfEarlyData {
  reader.end();
  return { type: 'end_of_early_data' };
}

/** Encodes a whole EndOfEarlyData, header included. */
export function encodeEndOfEarlyData(alloc?: Allocator): Uint8Array {
  return encodeHandshake('end_of_early_data', alloc, writeNothing);
}

function writeNothing(): void {
  // The body is empty.
}
