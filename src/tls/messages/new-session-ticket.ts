import type { Allocator, Reader } from '../../bytes/index.ts';
import { decodeExtensions, type ExtensionBlock, encodeExtensions } from '../extensions/block.ts';
import { encodeHandshake, type Outgoing } from './encode.ts';

/** What a client may resume with (RFC 8446 section 4.6.1). */
export interface NewSessionTicket {
  readonly type: 'new_session_ticket';
  /** Seconds. */
  readonly ticketLifetime: number;
  /** Added to the age of the ticket in milliseconds, modulo 2^32. */
  readonly ticketAgeAdd: number;
  readonly ticketNonce: Uint8Array;
  readonly ticket: Uint8Array;
  readonly extensions: ExtensionBlock;
}

/**
 * Decodes the body.
 * @param message the bytes that `reader` was made of.
 */
export function decodeNewSessionTicket(reader: Reader, message: Uint8Array): NewSessionTicket {
  const ticketLifetime = reader.u32('ticket_lifetime');
  const ticketAgeAdd = reader.u32('ticket_age_add');
  const ticketNonce = reader.opaque(1, 'ticket_nonce');
  const ticket = reader.opaque(2, 'ticket', 1);
  const extensions = decodeExtensions(reader, 'new_session_ticket', message);
  reader.end();
  return { type: 'new_session_ticket', ticketLifetime, ticketAgeAdd, ticketNonce, ticket, extensions };
}

/** Encodes a whole NewSessionTicket, header included. */
export function encodeNewSessionTicket(message: Outgoing<NewSessionTicket>, alloc?: Allocator): Uint8Array {
  return encodeHandshake('new_session_ticket', alloc, (writer) => {
    writer
      .u32(message.ticketLifetime)
      .u32(message.ticketAgeAdd)
      .opaque(1, message.ticketNonce)
      .opaque(2, message.ticket);
    encodeExtensions(writer, message.extensions);
  });
}
