/** What connections show of sessions: what the server gave, and what it did when that was offered on another one. */
import { equal } from '../bytes/index.ts';
import { earlyData, preSharedKey, sessionTicket } from '../tls/wire.ts';
import type { AddressFacts, HandshakeProbe } from './facts.ts';
import {
  beforeTls13,
  certificatesReceived,
  decodeAll,
  decodeFound,
  decodeTls12Found,
  findMessage,
  type Recorded,
} from './messages.ts';
import { isSessionChange } from './probes/handshake-change.ts';

/** What a handshake left behind to resume from. */
export interface GivenSession {
  /** A ticket holds the state with the client, an id names what the server keeps (RFC 5246 appendix F.1.4). */
  readonly kind: 'ticket' | 'session_id';
  /** Tickets; 1 where it is an id. */
  readonly count: number;
  /** Seconds; absent where the server leaves it to the client. */
  readonly lifetime?: number;
  /** Bytes of 0-RTT data that the server announces to take, 0 for none (RFC 8446 section 4.2.10). */
  readonly maxEarlyData: number;
}

/**
 * What became of an offer to resume: `refused` is a full handshake in its place, `failed` no handshake; `unknown` where
 * there was no connection, or nothing left to offer.
 */
type ResumptionOutcome = 'resumed' | 'refused' | 'failed' | 'unknown';

/** A connection that offered the session. */
export interface ResumptionTry {
  readonly probe: HandshakeProbe;
  readonly outcome: ResumptionOutcome;
  /** The group of a fresh key agreement beside the old secret (psk_dhe_ke). TLS 1.2 has none when it resumes. */
  readonly group?: string;
  /** What became of 0-RTT data, where some was sent. */
  readonly earlyData?: 'accepted' | 'rejected';
}

/** What is known of the sessions of a server. */
export interface Sessions {
  /** `undefined` where the server gave nothing to resume from. */
  readonly given: GivenSession | undefined;
  readonly tries: readonly ResumptionTry[];
}

/** What an address shows of sessions; `undefined` where the handshake is not complete. */
export function sessionsOf(address: AddressFacts): Sessions | undefined {
  const { tls, symptom, handshakes } = address;
  if (tls === undefined || symptom.kind !== 'none') return undefined;
  const tries = handshakes.filter(({ change }) => isSessionChange(change)).map((probe) => tryOf(probe, tls));
  return { given: givenBy(tls), tries };
}

/** What a complete handshake left to resume from. */
function givenBy(tls: Recorded): GivenSession | undefined {
  if (beforeTls13(tls) !== undefined) return givenBeforeTls13(tls);
  // RFC 8446 section 4.6.1: a lifetime of 0 is to be discarded at once.
  const tickets = decodeAll(tls, 'received', 'new_session_ticket').filter(({ ticketLifetime }) => ticketLifetime > 0);
  if (tickets.length === 0) return undefined;
  const sizes = tickets.map(({ extensions }) => extensions.get(earlyData.newSessionTicket) ?? 0);
  return {
    kind: 'ticket',
    count: tickets.length,
    lifetime: Math.max(...tickets.map(({ ticketLifetime }) => ticketLifetime)),
    maxEarlyData: Math.max(...sizes),
  };
}

function givenBeforeTls13(tls: Recorded): GivenSession | undefined {
  const ticket = decodeTls12Found(tls, 'received', 'new_session_ticket');
  if (ticket !== undefined && ticket.ticket.length > 0) {
    const { ticketLifetimeHint: lifetime } = ticket;
    return { kind: 'ticket', count: 1, ...(lifetime === 0 ? {} : { lifetime }), maxEarlyData: 0 };
  }
  const id = decodeFound(tls, 'received', 'server_hello')?.legacySessionIdEcho;
  return id === undefined || id.length === 0 ? undefined : { kind: 'session_id', count: 1, maxEarlyData: 0 };
}

function tryOf(probe: HandshakeProbe, first: Recorded): ResumptionTry {
  const outcome = outcomeOf(probe, first);
  if (outcome !== 'resumed') return { probe, outcome };
  const { group } = probe.negotiated;
  const early = earlyDataOf(probe.tls);
  return {
    probe,
    outcome,
    ...(group === undefined ? {} : { group }),
    ...(early === undefined ? {} : { earlyData: early }),
  };
}

function outcomeOf({ tls, symptom }: HandshakeProbe, first: Recorded): ResumptionOutcome {
  if (tls === undefined || !isOffered(tls, first)) return 'unknown';
  const hello = decodeFound(tls, 'received', 'server_hello');
  if (hello === undefined || symptom.kind !== 'none') return 'failed';
  if (beforeTls13(tls) === undefined) {
    return hello.extensions.get(preSharedKey.serverHello) === undefined ? 'refused' : 'resumed';
  }
  // RFC 5246 section 7.3: the abbreviated handshake has no certificate.
  return certificatesReceived(tls).length > 0 ? 'refused' : 'resumed';
}

/** Whether a ClientHello offers to resume, by any of the three ways. */
function isOffered(tls: Recorded, first: Recorded): boolean {
  const hello = decodeFound(tls, 'sent', 'client_hello');
  if (hello === undefined) return false;
  const { extensions, legacySessionId } = hello;
  const id = decodeFound(first, 'received', 'server_hello')?.legacySessionIdEcho ?? new Uint8Array(0);
  return (
    extensions.get(preSharedKey.clientHello) !== undefined ||
    (extensions.get(sessionTicket.clientHello)?.length ?? 0) > 0 ||
    (beforeTls13(first) !== undefined && id.length > 0 && equal(legacySessionId, id))
  );
}

function earlyDataOf(tls: Recorded | undefined): 'accepted' | 'rejected' | undefined {
  if (decodeFound(tls, 'sent', 'client_hello')?.extensions.get(earlyData.clientHello) === undefined) return undefined;
  const answer = decodeFound(tls, 'received', 'encrypted_extensions');
  // A HelloRetryRequest rejects it (RFC 8446 section 4.2.10).
  if (answer === undefined || findMessage(tls, 'received', 'hello_retry_request') !== undefined) return 'rejected';
  return answer.extensions.get(earlyData.encryptedExtensions) === undefined ? 'rejected' : 'accepted';
}
