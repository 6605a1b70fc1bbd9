import type { Reader, Writer } from '../../bytes/index.ts';
import { codec } from './codec.ts';

const RFC = 'RFC 8446 section 4.2.4';

/** Distinguished names (DER) of the authorities that a peer accepts: a hint for choosing a certificate. */
export const certificateAuthorities = {
  clientHello: codec('certificate_authorities', 'client_hello', RFC, decode, encode),
  certificateRequest: codec('certificate_authorities', 'certificate_request', RFC, decode, encode),
};

function decode(reader: Reader): Uint8Array[] {
  const list = reader.vector(2, 'authorities', 3);
  const names: Uint8Array[] = [];
  while (list.remaining > 0) names.push(list.opaque(2, 'distinguished_name', 1));
  list.end();
  return names;
}

function encode(writer: Writer, names: readonly Uint8Array[]): void {
  writer.vector(2, (list) => {
    for (const name of names) list.opaque(2, name);
  });
}
