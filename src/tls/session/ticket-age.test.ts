import { describe, expect, it } from 'vitest';
import type { SessionState } from './session.ts';
import { claimedAge, isAlive, lifetimeLeft, obfuscatedAge } from './ticket-age.ts';

const NOW = 1_790_000_000_000;
const WEEK = 604_800;
const session = (more: Partial<SessionState> = {}): SessionState => ({
  version: 'TLS 1.3',
  cipherSuite: 0x1301,
  secret: new Uint8Array(32),
  serverName: undefined,
  alpn: undefined,
  issued: NOW,
  authenticated: NOW,
  lifetime: 7200,
  ageAdd: 0xffff_fff0,
  maxEarlyData: 0,
  peerCertificates: [],
  extendedMasterSecret: false,
  ...more,
});

describe('the age of a ticket', () => {
  it.each([0, 1, 15, 16, 7_200_000, WEEK * 1000])('of %i ms comes out of its disguise', (age) => {
    const obfuscated = obfuscatedAge(session(), NOW + age);
    expect(obfuscated).toBeGreaterThanOrEqual(0);
    expect(obfuscated).toBeLessThan(2 ** 32);
    expect(claimedAge(session(), obfuscated)).toBe(age);
  });

  it('is never less than nothing', () => {
    expect(claimedAge(session(), obfuscatedAge(session(), NOW - 5))).toBe(0);
  });
});

describe('a session', () => {
  it.each<[string, Partial<SessionState>, number, boolean]>([
    ['at once', {}, 0, true],
    ['at the end of its lifetime', {}, 7_200_000, true],
    ['after it', {}, 7_200_001, false],
    ['from the future', {}, -1, false],
    ['with a lifetime beyond a week', { lifetime: 2 * WEEK }, WEEK * 1000 + 1, false],
    ['a week after the certificate', { lifetime: WEEK, authenticated: NOW - WEEK * 1000 }, 0, true],
    ['more than that', { lifetime: WEEK, authenticated: NOW - WEEK * 1000 - 1 }, 0, false],
    ['before the certificate', { authenticated: NOW + 1 }, 0, false],
  ])('%s', (_, more, after, alive) => {
    expect(isAlive(session(more), NOW + after)).toBe(alive);
  });
});

describe('the lifetime of a new ticket', () => {
  it('is what is wanted, a week at most, and what is left of a week', () => {
    expect(lifetimeLeft(7200, NOW, NOW)).toBe(7200);
    expect(lifetimeLeft(2 * WEEK, NOW, NOW)).toBe(WEEK);
    expect(lifetimeLeft(WEEK, NOW, NOW + 1000)).toBe(WEEK - 1);
    expect(lifetimeLeft(7200, NOW, NOW + WEEK * 1000)).toBe(0);
    expect(lifetimeLeft(7200, NOW, NOW + 2 * WEEK * 1000)).toBe(0);
  });
});
