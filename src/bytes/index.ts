/**
 * Bytes: reading and writing network-order structures, spans into them, hexadecimal. Imports nothing and knows no
 * protocol. Start at {@link Reader}.
 */
export { fromAscii, toLatin1 } from './ascii.ts';
export { fromHex, hex, toHex } from './hex.ts';
export { type FieldSink, ReadError, Reader } from './reader.ts';
export { type Allocator, allocate, concat, copy, EMPTY, equal, equalConstantTime, type Span } from './span.ts';
export { Writer } from './writer.ts';
