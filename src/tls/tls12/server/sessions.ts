import { EMPTY, equal } from '../../../bytes/index.ts';
import type { ServerSessions } from '../../config.ts';
import type { HandshakeContext } from '../../context.ts';
import { TlsError } from '../../error.ts';
import { extendedMasterSecret } from '../../extensions/extended-master-secret.ts';
import { sessionTicket } from '../../extensions/session-ticket.ts';
import { MASTER_SECRET_LENGTH } from '../../key-schedule/tls12.ts';
import { ask, type Next } from '../../machine.ts';
import type { ClientHello } from '../../messages/client-hello.ts';
import { MAX_SESSION_ID_LENGTH } from '../../messages/client-hello.ts';
import { encodeTls12NewSessionTicket } from '../../messages/tls12/new-session-ticket.ts';
import type { ServerSetup } from '../../negotiate/server-setup.ts';
import { MAX_TICKET_LENGTH } from '../../record/limits.ts';
import type { Tls12Suite } from '../../registry/tls12-suites.ts';
import { decodeServerSession, encodeServerSession, type ServerSession } from '../../session/session.ts';
import type { SessionStore } from '../../session/session-store.ts';
import { isAlive, lifetimeLeft } from '../../session/ticket-age.ts';
import type { Agreed, Secrets } from '../secrets.ts';

/** Seconds that a session lives unless configured, as in TLS 1.3. */
const LIFETIME = 7200;

/** How a new session will be known again. */
export interface SessionPlan {
  readonly sessions: ServerSessions;
  readonly binding: Uint8Array;
  /** session_id of the ServerHello, for a client without tickets whose sessions are kept; else empty. */
  readonly id: Uint8Array;
  /** When the peer showed its certificate, for a session that was resumed. */
  readonly authenticated: number | undefined;
}

/** What there will be for a client that can use it; only secrets that are bound to their handshake are used again. */
export function planSession(
  context: HandshakeContext,
  { config: { sessions } }: ServerSetup,
  { extensions }: ClientHello,
  binding: Uint8Array,
  resumed?: ServerSession,
): SessionPlan | undefined {
  const isWanted = sessions !== undefined && sessions.count !== 0;
  if (!isWanted || extensions.get(extendedMasterSecret.clientHello) === undefined) return undefined;
  const authenticated = resumed?.authenticated;
  const hasTickets = extensions.get(sessionTicket.clientHello) !== undefined;
  if (hasTickets) {
    const isDue = resumed === undefined || sessions.renewTickets === true;
    return isDue ? { sessions, binding, id: EMPTY, authenticated } : undefined;
  }
  // What is resumed by an id stays under it.
  if (resumed !== undefined || (sessions.tickets !== 'ask' && sessions.store === undefined)) return undefined;
  return { sessions, binding, id: newId(context), authenticated };
}

function newId({ crypto }: HandshakeContext): Uint8Array {
  return crypto.random(MAX_SESSION_ID_LENGTH);
}

/** A session that may be resumed, with its suite. */
export interface Resumable {
  readonly session: ServerSession;
  readonly suite: Tls12Suite;
}

/**
 * Looks for the session that a client offers, by its ticket or by its id, and goes on with it if it may be resumed.
 * @throws TlsError where the client would resume without the extension that the session was made with
 */
export function findSession<S>(
  context: HandshakeContext,
  setup: ServerSetup,
  hello: ClientHello,
  binding: Uint8Array,
  then: (resumable: Resumable | undefined) => Next<S>,
): Next<S> {
  const { sessions } = setup.config;
  if (sessions === undefined) return then(undefined);
  const found = (state: Uint8Array | null): Next<S> => {
    const session = state === null ? undefined : decodeServerSession(state);
    return then(session && usable(context, setup, hello, binding, session));
  };
  const ticket = hello.extensions.get(sessionTicket.clientHello) ?? EMPTY;
  if (sessions.tickets === 'ask') {
    const id = ticket.length > 0 ? ticket : hello.legacySessionId;
    return id.length === 0 ? then(undefined) : ask('find_session', { id }, found);
  }
  const now = sessions.now();
  return found(ticket.length > 0 ? sessions.tickets.open(ticket, now) : stored(sessions.store, hello, now));
}

function stored(store: SessionStore | undefined, { legacySessionId: id }: ClientHello, now: number): Uint8Array | null {
  return id.length === 0 ? null : (store?.get(id, now) ?? null);
}

function usable(
  context: HandshakeContext,
  { config, settings }: ServerSetup,
  { cipherSuites, extensions }: ClientHello,
  binding: Uint8Array,
  session: ServerSession,
): Resumable | undefined {
  const suite = settings.tls12Suites.find(({ code }) => code === session.cipherSuite);
  const { sessions, clientCertificate } = config;
  const isUsable =
    sessions !== undefined &&
    session.version === 'TLS 1.2' &&
    session.extendedMasterSecret &&
    session.secret.length === MASTER_SECRET_LENGTH &&
    suite !== undefined &&
    cipherSuites.includes(suite.code) &&
    session.serverName?.toLowerCase() === context.info.serverName?.toLowerCase() &&
    equal(session.binding, binding) &&
    isAlive(session, sessions.now()) &&
    (clientCertificate !== 'require' || session.peerCertificates.length > 0);
  if (!isUsable) return undefined;
  if (extensions.get(extendedMasterSecret.clientHello) !== undefined) return { session, suite };
  throw new TlsError({
    code: 'MISSING_EXTENSION',
    alert: 'handshake_failure',
    fault: 'peer',
    message: 'client_hello resumes a session without the extended_master_secret that it was made with',
    spec: 'RFC 7627 section 5.3',
  });
}

/** Gives the client its ticket, or the host the session to keep, and goes on (RFC 5077 section 3.3). */
export function giveSession<S>(
  context: HandshakeContext,
  plan: SessionPlan | undefined,
  { suite }: Agreed,
  { master }: Secrets,
  then: () => Next<S>,
): Next<S> {
  if (plan === undefined) return then();
  const { sessions, binding } = plan;
  const { info } = context;
  const now = sessions.now();
  const authenticated = plan.authenticated ?? now;
  const lifetime = lifetimeLeft(sessions.lifetime ?? LIFETIME, authenticated, now);
  const state = encodeServerSession(
    {
      version: 'TLS 1.2',
      cipherSuite: suite.code,
      secret: master.secret,
      serverName: info.serverName,
      alpn: info.alpn,
      issued: now,
      authenticated,
      lifetime,
      ageAdd: 0,
      maxEarlyData: 0,
      peerCertificates: info.peerCertificates ?? [],
      extendedMasterSecret: true,
      binding,
    },
    context.allocate,
  );
  const issue = (ticket: Uint8Array): Next<S> => {
    context.send('initial', encodeTls12NewSessionTicket({ ticketLifetimeHint: lifetime, ticket }, context.allocate));
    return then();
  };
  if (sessions.tickets !== 'ask') {
    if (plan.id.length > 0) {
      sessions.store?.put(plan.id, state, now + lifetime * 1000);
      return then();
    }
    const ticket = sessions.tickets.seal(state, now);
    // It was announced: with a long chain of the client's in it, an empty one takes its place.
    return issue(ticket.length > MAX_TICKET_LENGTH ? EMPTY : ticket);
  }
  const id = plan.id.length > 0 ? plan.id : newId(context);
  return ask('store_session', { id, state, until: now + lifetime * 1000 }, (isStored) => {
    // The ServerHello has told the id: whether it was kept shows when the client comes back.
    if (plan.id.length > 0) return then();
    return issue(isStored === true ? id : EMPTY);
  });
}
