import { MAX_LIFETIME, type SessionState } from './session.ts';

/** Milliseconds in a second. */
const SECOND = 1000;

/** obfuscated_ticket_age: milliseconds since the session was issued plus its age_add, modulo 2^32 (RFC 8446 section 4.2.11.1). */
export function obfuscatedAge({ issued, ageAdd }: SessionState, now: number): number {
  return (Math.max(0, Math.floor(now - issued)) + ageAdd) % 2 ** 32;
}

/** The age that a client claims, in milliseconds. */
export function claimedAge({ ageAdd }: SessionState, obfuscated: number): number {
  return (obfuscated - ageAdd + 2 ** 32) % 2 ** 32;
}

/**
 * Whether a session may still be resumed: within its lifetime, and within 7 days of the last time that the peer showed a
 * certificate, however often it was resumed (RFC 8446 section 4.6.1). One from the future is not.
 */
export function isAlive({ issued, lifetime, authenticated }: SessionState, now: number): boolean {
  const age = now - issued;
  if (age < 0 || now < authenticated) return false;
  return age <= Math.min(lifetime, MAX_LIFETIME) * SECOND && now - authenticated <= MAX_LIFETIME * SECOND;
}

/** Seconds that a new ticket may live: no longer than wanted, nor than 7 days from when the peer showed its certificate. */
export function lifetimeLeft(wanted: number, authenticated: number, now: number): number {
  const left = Math.floor(MAX_LIFETIME - (now - authenticated) / SECOND);
  return Math.max(0, Math.min(wanted, MAX_LIFETIME, left));
}
