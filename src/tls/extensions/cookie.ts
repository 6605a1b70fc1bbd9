import type { Reader, Writer } from '../../bytes/index.ts';
import { codec } from './codec.ts';

const RFC = 'RFC 8446 section 4.2.2';

/** State that a server hands to the client in a HelloRetryRequest and gets back in the second ClientHello. */
export const cookie = {
  clientHello: codec('cookie', 'client_hello', RFC, decode, encode),
  helloRetryRequest: codec('cookie', 'hello_retry_request', RFC, decode, encode),
};

function decode(reader: Reader): Uint8Array {
  return reader.opaque(2, 'cookie', 1);
}

function encode(writer: Writer, value: Uint8Array): void {
  writer.opaque(2, value);
}
