import type { Reader, Writer } from '../../bytes/index.ts';
import { codec, illegalValue } from './codec.ts';

const RFC = 'RFC 7685 section 3';

/** Zero bytes that bring a ClientHello to a wanted length; the value is how many. */
export const padding = { clientHello: codec('padding', 'client_hello', RFC, decode, encode) };

function decode(reader: Reader): number {
  const start = reader.offset;
  const bytes = reader.rest('zeros');
  if (!bytes.every((byte) => byte === 0)) {
    throw illegalValue('client_hello', 'padding has bytes other than zero', RFC, start, reader.offset);
  }
  return bytes.length;
}

function encode(writer: Writer, length: number): void {
  writer.bytes(new Uint8Array(length));
}
