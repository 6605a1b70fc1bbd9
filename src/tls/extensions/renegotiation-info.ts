import type { Reader, Writer } from '../../bytes/index.ts';
import { codec } from './codec.ts';

/** verify_data of the handshake being renegotiated in TLS 1.2; empty in a first handshake. */
export const renegotiationInfo = {
  clientHello: codec('renegotiation_info', 'client_hello', 'RFC 5746 section 3.2', decode, encode),
  /** Before TLS 1.3. */
  serverHello: codec('renegotiation_info', 'server_hello', 'RFC 5746 section 3.2', decode, encode),
};

function decode(reader: Reader): Uint8Array {
  return reader.opaque(1, 'renegotiated_connection');
}

function encode(writer: Writer, verifyData: Uint8Array): void {
  writer.opaque(1, verifyData);
}
