import type { Reader, Writer } from '../../bytes/index.ts';
import { codec } from './codec.ts';

const RFC = 'RFC 9001 section 8.2';

/** What QUIC's two ends tell each other of themselves. TLS carries it and does not look inside. */
export const quicTransportParameters = {
  clientHello: codec('quic_transport_parameters', 'client_hello', RFC, decode, encode),
  encryptedExtensions: codec('quic_transport_parameters', 'encrypted_extensions', RFC, decode, encode),
};

function decode(reader: Reader): Uint8Array {
  return reader.rest('transport_parameters');
}

function encode(writer: Writer, parameters: Uint8Array): void {
  writer.bytes(parameters);
}
