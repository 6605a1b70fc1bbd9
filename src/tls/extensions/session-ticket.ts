import type { Reader, Writer } from '../../bytes/index.ts';
import { codec, flag } from './codec.ts';

/** A session ticket of TLS 1.2; empty asks for one. */
export const sessionTicket = {
  clientHello: codec('session_ticket', 'client_hello', 'RFC 5077 section 3.2', decode, encode),
  /** Before TLS 1.3: a ticket will come. */
  serverHello: flag('session_ticket', 'server_hello', 'RFC 5077 section 3.2'),
};

function decode(reader: Reader): Uint8Array {
  return reader.rest('ticket');
}

function encode(writer: Writer, ticket: Uint8Array): void {
  writer.bytes(ticket);
}
