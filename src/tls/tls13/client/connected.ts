import type { HandshakeContext } from '../../context.ts';
import { illegalParameter, TlsError } from '../../error.ts';
import { earlyData, QUIC_MAX_EARLY_DATA } from '../../extensions/early-data.ts';
import type { Received } from '../../machine.ts';
import type { NewSessionTicket } from '../../messages/new-session-ticket.ts';
import { MAX_TICKET_LENGTH, MAX_TICKETS, MAX_TICKETS_IN_ROW } from '../../record/limits.ts';
import { MAX_LIFETIME, type Session } from '../../session/session.ts';
import type { Connected, TicketReceiver } from '../connected.ts';

/** CONNECTED, new_session_ticket (RFC 8446 section 4.6.1). */
export function newSessionTicket(
  context: HandshakeContext,
  state: Connected,
  { message }: Received<'new_session_ticket'>,
): Connected {
  if (++context.ticketsInRow > MAX_TICKETS_IN_ROW) {
    throw new TlsError({
      code: 'LIMIT_EXCEEDED',
      alert: 'unexpected_message',
      fault: 'peer',
      message: `more than ${MAX_TICKETS_IN_ROW} NewSessionTickets without application data`,
      spec: 'RFC 8446 section 4.6.1',
    });
  }
  const maxEarlyData = message.extensions.get(earlyData.newSessionTicket);
  if (context.isQuic && maxEarlyData !== undefined && maxEarlyData !== QUIC_MAX_EARLY_DATA) {
    throw illegalParameter(`max_early_data_size is ${maxEarlyData} over QUIC`, 'RFC 9001 section 4.6.1');
  }
  const { resumption } = state;
  // A lifetime of zero asks to discard it at once.
  const isKept = resumption !== undefined && message.ticketLifetime > 0 && message.ticket.length <= MAX_TICKET_LENGTH;
  if (!isKept) return state;
  const issued = resumption.now();
  if (context.tickets.length === MAX_TICKETS) context.tickets.shift();
  context.tickets.push(() => sessionOf(context, resumption, message, issued));
  return state;
}

function sessionOf(
  { info }: HandshakeContext,
  { secret, authenticated }: TicketReceiver,
  message: NewSessionTicket,
  issued: number,
): Session {
  return {
    version: 'TLS 1.3',
    cipherSuite: secret.suite.code,
    secret: secret.psk(message.ticketNonce),
    serverName: info.serverName,
    alpn: info.alpn,
    issued,
    authenticated,
    lifetime: Math.min(message.ticketLifetime, MAX_LIFETIME),
    ageAdd: message.ticketAgeAdd,
    maxEarlyData: message.extensions.get(earlyData.newSessionTicket) ?? 0,
    peerCertificates: info.peerCertificates ?? [],
    extendedMasterSecret: false,
    ticket: message.ticket,
    sessionId: new Uint8Array(0),
  };
}
