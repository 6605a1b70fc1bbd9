import type { Reader, Writer } from '../../bytes/index.ts';
import { codec } from './codec.ts';

/** ECPointFormats of TLS 1.2 and earlier; 0 is uncompressed, the only one in use. */
export const ecPointFormats = {
  clientHello: codec('ec_point_formats', 'client_hello', 'RFC 8422 section 5.1.2', decode, encode),
};

function decode(reader: Reader): number[] {
  const list = reader.vector(1, 'ec_point_format_list', 1);
  const formats: number[] = [];
  while (list.remaining > 0) formats.push(list.u8('ec_point_format'));
  list.end();
  return formats;
}

function encode(writer: Writer, formats: readonly number[]): void {
  writer.opaque(1, Uint8Array.from(formats));
}
