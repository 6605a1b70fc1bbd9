import type { ClientSessions, ServerSessions } from '../config.ts';
import { checkPsk, type ExternalPsk } from '../session/external-psk.ts';
import { MAX_LIFETIME } from '../session/session.ts';
import { badConfiguration } from './bad-configuration.ts';
import { checkNumber } from './settings.ts';

/** Most tickets of one connection: a client that opens more connections at once than this gets more by each. */
const MAX_COUNT = 8;

/** Checks what a client does about sessions. @throws TlsError BAD_CONFIGURATION */
export function checkClientSessions(sessions: ClientSessions | undefined): void {
  if (sessions !== undefined) checkClock(sessions.now);
}

/** Checks what a server does about sessions. @throws TlsError BAD_CONFIGURATION */
export function checkServerSessions(sessions: ServerSessions | undefined): void {
  if (sessions === undefined) return;
  const { now, count, lifetime, context, earlyData } = sessions;
  checkClock(now);
  checkNumber('sessions.count', count, 0, MAX_COUNT);
  checkNumber('sessions.lifetime', lifetime, 1, MAX_LIFETIME);
  checkNumber('sessions.context', context?.length, 0, 255);
  checkNumber('sessions.earlyData.max', earlyData?.max, 1, 2 ** 32 - 1);
  checkNumber('sessions.earlyData.window', earlyData?.window, 0, MAX_LIFETIME * 1000);
}

/** Checks the keys that a server has from elsewhere. @throws TlsError BAD_CONFIGURATION */
export function checkPsks(psks: readonly ExternalPsk[] | 'ask' | undefined): void {
  if (psks === undefined || psks === 'ask') return;
  for (const psk of psks) checkPsk(psk);
}

function checkClock(now: unknown): void {
  if (typeof now !== 'function') throw badConfiguration('sessions.now is no function');
}
