import type { Reader, Writer } from '../../bytes/index.ts';
import { codec } from './codec.ts';
import { readOpaques, writeOpaques } from './lists.ts';

const RFC = 'RFC 8446 section 4.2.4';

/** Distinguished names (DER) of the authorities that a peer accepts: a hint for choosing a certificate. */
export const certificateAuthorities = {
  clientHello: codec('certificate_authorities', 'client_hello', RFC, decode, encode),
  certificateRequest: codec('certificate_authorities', 'certificate_request', RFC, decode, encode),
};

function decode(reader: Reader): Uint8Array[] {
  return readOpaques(reader, 'authorities', 2, 'distinguished_name');
}

function encode(writer: Writer, names: readonly Uint8Array[]): void {
  writeOpaques(writer, 2, names);
}
