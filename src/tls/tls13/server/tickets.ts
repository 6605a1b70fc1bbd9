import type { ServerSessions } from '../../config.ts';
import type { HandshakeContext } from '../../context.ts';
import { extension } from '../../extensions/block.ts';
import { earlyData, QUIC_MAX_EARLY_DATA } from '../../extensions/early-data.ts';
import { PSK_KEY_EXCHANGE_MODES, pskKeyExchangeModes } from '../../extensions/psk-key-exchange-modes.ts';
import type { ResumptionSecret } from '../../key-schedule/tls13.ts';
import { ask, type Next } from '../../machine.ts';
import type { ClientHello } from '../../messages/client-hello.ts';
import { encodeNewSessionTicket } from '../../messages/new-session-ticket.ts';
import type { ServerSetup } from '../../negotiate/server-setup.ts';
import { MAX_TICKET_LENGTH } from '../../record/limits.ts';
import { encodeServerSession, type ServerSession } from '../../session/session.ts';
import { lifetimeLeft } from '../../session/ticket-age.ts';
import type { ApplicationSecrets } from '../secrets.ts';

/** Seconds that a ticket lives unless configured: OpenSSL's and Go's servers are of this order. */
const LIFETIME = 7200;

/** Tickets after a full handshake unless configured; as many as OpenSSL sends. */
const COUNT = 2;

/** Bytes of a stored session's id. */
const ID_LENGTH = 32;

/** The tickets that a connection is going to issue. */
export interface TicketPlan {
  readonly sessions: ServerSessions;
  readonly binding: Uint8Array;
  /** When the client last showed its certificate, if a session is resumed; else that is now. */
  readonly authenticated: number | undefined;
}

/** What tickets there will be: none for a client that could not use them (RFC 8446 section 4.2.9). */
export function planTickets(
  { config }: ServerSetup,
  { extensions }: ClientHello,
  binding: Uint8Array,
  resumed: ServerSession | undefined,
): TicketPlan | undefined {
  const modes = extensions.get(pskKeyExchangeModes.clientHello) ?? [];
  if (config.sessions === undefined || !modes.includes(PSK_KEY_EXCHANGE_MODES.psk_dhe_ke)) return undefined;
  return { sessions: config.sessions, binding, authenticated: resumed?.authenticated };
}

/** Sends the tickets of a connection; the transcript stands at the client's Finished (RFC 8446 section 4.6.1). */
export function sendTickets<S>(
  context: HandshakeContext,
  plan: TicketPlan | undefined,
  { main }: ApplicationSecrets,
  then: () => Next<S>,
): Next<S> {
  if (plan === undefined) return then();
  const { count = COUNT } = plan.sessions;
  const wanted = plan.authenticated === undefined ? count : Math.min(count, 1);
  if (wanted === 0) return then();
  const secret = main.resumption(context.transcript.digest());
  context.announce('RESUMPTION_SECRET', secret.secret);
  return sendTicket(context, plan, secret, 0, wanted, then);
}

function sendTicket<S>(
  context: HandshakeContext,
  plan: TicketPlan,
  secret: ResumptionSecret,
  index: number,
  count: number,
  then: () => Next<S>,
): Next<S> {
  if (index === count) return then();
  const { sessions } = plan;
  const now = sessions.now();
  const authenticated = plan.authenticated ?? now;
  const lifetime = lifetimeLeft(sessions.lifetime ?? LIFETIME, authenticated, now);
  if (lifetime === 0) return then();
  const ticketNonce = Uint8Array.of(index);
  const [a = 0, b = 0, c = 0, d = 0] = context.crypto.random(4);
  const ticketAgeAdd = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  const max = sessions.earlyData?.max ?? 0;
  const maxEarlyData = context.isQuic && max > 0 ? QUIC_MAX_EARLY_DATA : max;
  const { info } = context;
  const state = encodeServerSession(
    {
      version: 'TLS 1.3',
      cipherSuite: secret.suite.code,
      secret: secret.psk(ticketNonce),
      serverName: info.serverName,
      alpn: info.alpn,
      issued: now,
      authenticated,
      lifetime,
      ageAdd: ticketAgeAdd,
      maxEarlyData,
      peerCertificates: info.peerCertificates ?? [],
      extendedMasterSecret: false,
      binding: plan.binding,
    },
    context.allocate,
  );
  const issue = (ticket: Uint8Array): Next<S> => {
    // With a long chain of the client's in it, it would not come back.
    if (ticket.length > MAX_TICKET_LENGTH) return then();
    const extensions = maxEarlyData === 0 ? [] : [extension(earlyData.newSessionTicket, maxEarlyData)];
    const message = { ticketLifetime: lifetime, ticketAgeAdd, ticketNonce, ticket, extensions };
    context.sendPostHandshake('application', encodeNewSessionTicket(message, context.allocate));
    return sendTicket(context, plan, secret, index + 1, count, then);
  };
  if (sessions.tickets !== 'ask') return issue(sessions.tickets.seal(state, now));
  const id = context.crypto.random(ID_LENGTH);
  const question = { id, state, until: now + lifetime * 1000 };
  return ask('store_session', question, (isStored) => (isStored === true ? issue(id) : then()));
}
