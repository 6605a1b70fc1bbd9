/**
 * Sessions as node:tls hands them out: opaque Buffers.
 */
import { decodeSession, encodeSession, type Session } from '../tls/index.ts';
import { type Refusal, refusalOf } from './answers.ts';
import type { SecureContext } from './secure-context.ts';
import type { Settings } from './settings.ts';

/** A session that is offered, and what is wrong with its chain by now. */
export interface Resumable {
  readonly session: Session;
  readonly refusal: Refusal | undefined;
}

/**
 * The session in a Buffer of 'session' or `getSession`, its chain judged by today's clock, roots and name. None where
 * that refuses it, or the bytes are no session: a full handshake shows what is wrong.
 */
export function importSession(
  settings: Settings,
  context: SecureContext,
  bytes: Uint8Array | undefined,
): Resumable | undefined {
  const session = bytes === undefined ? undefined : decodeSession(bytes);
  if (session === undefined) return undefined;
  const refusal = refusalOf(settings, context, session.peerCertificates);
  return refusal !== undefined && settings.rejectUnauthorized ? undefined : { session, refusal };
}

/** A session as a Buffer. It holds the secret to resume with: keep it as a key. */
export function exportSession(session: Session): Buffer {
  return Buffer.from(encodeSession(session));
}

/** The ticket in the bytes of a session. */
export function ticketOf(session: Uint8Array): Buffer | undefined {
  const ticket = decodeSession(session)?.ticket;
  return ticket === undefined ? undefined : Buffer.from(ticket);
}
