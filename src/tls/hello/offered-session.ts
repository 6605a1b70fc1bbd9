/** The session of TLS 1.2 that a ClientHello offers, by its ticket or by its id. */
import { EMPTY } from '../../bytes/index.ts';
import type { ClientConfig } from '../config.ts';
import { extension, type RawExtension } from '../extensions/block.ts';
import { sessionTicket } from '../extensions/session-ticket.ts';
import { MASTER_SECRET_LENGTH } from '../key-schedule/tls12.ts';
import type { Settings } from '../negotiate/settings.ts';
import type { Session } from '../session/session.ts';
import { isAlive } from '../session/ticket-age.ts';

/**
 * The session that this configuration offers to resume in TLS 1.2. One that has ended, is for another name or suite, or
 * whose secret is not bound to its handshake (RFC 7627 section 5.3) is passed over.
 */
export function offeredSession(config: ClientConfig, { tls12Suites }: Settings): Session | undefined {
  const { resume, now } = config.sessions ?? {};
  if (resume?.version !== 'TLS 1.2' || now === undefined) return undefined;
  const isUsable =
    resume.extendedMasterSecret &&
    resume.ticket.length + resume.sessionId.length > 0 &&
    resume.secret.length === MASTER_SECRET_LENGTH &&
    resume.serverName === config.serverName &&
    tls12Suites.some(({ code }) => code === resume.cipherSuite) &&
    isAlive(resume, now());
  return isUsable ? resume : undefined;
}

/**
 * The session id that a server repeats when it resumes: the session's own, or with a ticket one made up to tell
 * (RFC 5077 section 3.4).
 * @param madeUp 32 bytes, or empty where none is needed otherwise.
 */
export function sessionIdFor(session: Session | undefined, madeUp: Uint8Array, random: () => Uint8Array): Uint8Array {
  if (session === undefined) return madeUp;
  if (session.ticket.length === 0) return session.sessionId;
  return madeUp.length > 0 ? madeUp : random();
}

/** The ticket on offer, or the wish for one: nothing from a client that keeps no sessions (RFC 5077 section 3.2). */
export function ticketExtensions(config: ClientConfig, session: Session | undefined): RawExtension[] {
  if (config.sessions === undefined) return [];
  return [extension(sessionTicket.clientHello, session?.ticket ?? EMPTY)];
}
