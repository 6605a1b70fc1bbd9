import type { Reader, Writer } from '../../bytes/index.ts';
import { codec } from './codec.ts';
import { readU8s, writeU8s } from './lists.ts';

/** ECPointFormat uncompressed, the only one in use (RFC 8422 section 5.1.2). */
export const UNCOMPRESSED = 0;

/** ECPointFormats of TLS 1.2 and earlier. */
export const ecPointFormats = {
  clientHello: codec('ec_point_formats', 'client_hello', 'RFC 8422 section 5.1.2', decode, encode),
  /** Before TLS 1.3. */
  serverHello: codec('ec_point_formats', 'server_hello', 'RFC 8422 section 5.2', decode, encode),
};

function decode(reader: Reader): number[] {
  return readU8s(reader, 'ec_point_format_list', 'ec_point_format');
}

function encode(writer: Writer, formats: readonly number[]): void {
  writeU8s(writer, formats);
}
