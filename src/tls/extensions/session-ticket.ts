import type { Reader, Writer } from '../../bytes/index.ts';
import { codec } from './codec.ts';

/** A session ticket of TLS 1.2; empty asks for one. */
export const sessionTicket = {
  clientHello: codec('session_ticket', 'client_hello', 'RFC 5077 section 3.2', decode, encode),
};

function decode(reader: Reader): Uint8Array {
  return reader.rest('ticket');
}

function encode(writer: Writer, ticket: Uint8Array): void {
  writer.bytes(ticket);
}
