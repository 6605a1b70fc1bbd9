import type { Reader, Writer } from '../../bytes/index.ts';
import { codec, malformed } from './codec.ts';

const RFC = 'RFC 7301 section 3.1';
const NAME = 'application_layer_protocol_negotiation';

/** The application protocols a client speaks, most preferred first, and the one that the server selected. */
export const alpn = {
  clientHello: codec(NAME, 'client_hello', RFC, decodeList, encodeList),
  encryptedExtensions: codec(NAME, 'encrypted_extensions', RFC, decodeSelected, encodeSelected),
};

function decodeList(reader: Reader): Uint8Array[] {
  const list = reader.vector(2, 'protocol_name_list', 2);
  const protocols: Uint8Array[] = [];
  while (list.remaining > 0) protocols.push(list.opaque(1, 'protocol_name', 1));
  list.end();
  return protocols;
}

function encodeList(writer: Writer, protocols: readonly Uint8Array[]): void {
  writer.vector(2, (list) => {
    for (const protocol of protocols) list.opaque(1, protocol);
  });
}

/** A server's list MUST hold exactly one protocol (RFC 7301 section 3.1). */
function decodeSelected(reader: Reader): Uint8Array {
  const start = reader.offset;
  const [selected, ...others] = decodeList(reader);
  if (selected === undefined || others.length > 0) {
    throw malformed('protocol_name_list of a server holds more than one protocol', reader, start);
  }
  return selected;
}

function encodeSelected(writer: Writer, protocol: Uint8Array): void {
  encodeList(writer, [protocol]);
}
