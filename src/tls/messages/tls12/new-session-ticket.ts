import type { Allocator, Reader } from '../../../bytes/index.ts';
import { encodeHandshake } from '../encode.ts';

/** What a client may resume with (RFC 5077 section 3.3). */
export interface Tls12NewSessionTicket {
  readonly type: 'new_session_ticket';
  /** Seconds; 0 leaves it to the client. */
  readonly ticketLifetimeHint: number;
  /** Empty for a server that announced one and has none after all. */
  readonly ticket: Uint8Array;
}

/** Decodes the body. */
export function decodeTls12NewSessionTicket(reader: Reader): Tls12NewSessionTicket {
  const ticketLifetimeHint = reader.u32('ticket_lifetime_hint');
  const ticket = reader.opaque(2, 'ticket');
  reader.end();
  return { type: 'new_session_ticket', ticketLifetimeHint, ticket };
}

/** Encodes a whole NewSessionTicket, header included. */
export function encodeTls12NewSessionTicket(
  message: Omit<Tls12NewSessionTicket, 'type'>,
  alloc?: Allocator,
): Uint8Array {
  return encodeHandshake('new_session_ticket', alloc, (writer) =>
    writer.u32(message.ticketLifetimeHint).opaque(2, message.ticket),
  );
}
