import type { Reader, Writer } from '../../bytes/index.ts';
import { codec, malformed } from './codec.ts';
import { readOpaques, writeOpaques } from './lists.ts';

const RFC = 'RFC 7301 section 3.1';
const NAME = 'application_layer_protocol_negotiation';

/** The application protocols a client speaks, most preferred first, and the one that the server selected. */
export const alpn = {
  clientHello: codec(NAME, 'client_hello', RFC, decodeList, encodeList),
  encryptedExtensions: codec(NAME, 'encrypted_extensions', RFC, decodeSelected, encodeSelected),
  /** Before TLS 1.3. */
  serverHello: codec(NAME, 'server_hello', RFC, decodeSelected, encodeSelected),
};

function decodeList(reader: Reader): Uint8Array[] {
  return readOpaques(reader, 'protocol_name_list', 1, 'protocol_name');
}

function encodeList(writer: Writer, protocols: readonly Uint8Array[]): void {
  writeOpaques(writer, 1, protocols);
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
