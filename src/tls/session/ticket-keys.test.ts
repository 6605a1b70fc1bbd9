import { describe, expect, it } from 'vitest';
import { nobleCrypto } from '../../crypto/noble/index.ts';
import { nodeCrypto } from '../../crypto/node/index.ts';
import { TicketKeys } from './ticket-keys.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = 1_790_000_000_000;
const state = Uint8Array.of(1, 2, 3, 4);
const shared = (first: number) => ({ name: new Uint8Array(16).fill(first), key: new Uint8Array(32).fill(first + 1) });

describe.each([nodeCrypto, nobleCrypto])('tickets by $name', (crypto) => {
  it('give back what was sealed, to the keys that sealed it only', () => {
    const keys = new TicketKeys(crypto);
    const ticket = keys.seal(state, NOW);
    expect(keys.open(ticket, NOW)).toEqual(state);
    expect(new TicketKeys(crypto).open(ticket, NOW)).toBeNull();
  });

  it('are never twice the same, and do not show the state', () => {
    const keys = new TicketKeys(crypto);
    const [a, b] = [keys.seal(new Uint8Array(64), NOW), keys.seal(new Uint8Array(64), NOW)];
    expect(a).not.toEqual(b);
    expect(Buffer.from(a).includes(Buffer.alloc(16))).toBe(false);
  });

  it('are refused when any byte is another one, or is missing', () => {
    const keys = new TicketKeys(crypto);
    const ticket = keys.seal(state, NOW);
    for (let i = 0; i < ticket.length; i++) {
      expect(keys.open(ticket.with(i, (ticket[i] ?? 0) ^ 1), NOW)).toBeNull();
      expect(keys.open(ticket.subarray(0, i), NOW)).toBeNull();
    }
  });

  it('are sealed by new keys after half a day, opened by old ones for a week more', () => {
    const keys = new TicketKeys(crypto);
    const name = (ticket: Uint8Array) => Buffer.from(ticket.subarray(0, 16)).toString('hex');
    const first = keys.seal(state, NOW);
    expect(name(keys.seal(state, NOW + 12 * HOUR))).toBe(name(first));
    expect(name(keys.seal(state, NOW + 13 * HOUR))).not.toBe(name(first));
    expect(keys.open(first, NOW + 7 * DAY + 12 * HOUR)).toEqual(state);
    expect(keys.open(first, NOW + 7 * DAY + 13 * HOUR)).toBeNull();
    keys.seal(state, NOW + 8 * DAY);
    expect(keys.open(first, NOW)).toBeNull();
  });

  it('are shared by servers with the same keys, old ones included, for as long as these have them', () => {
    const [one, two] = [new TicketKeys(crypto, [shared(1)]), new TicketKeys(crypto, [shared(2), shared(1)])];
    expect(two.open(one.seal(state, NOW), NOW + 100 * DAY)).toEqual(state);
    expect(one.open(two.seal(state, NOW), NOW)).toBeNull();
    const ticket = two.seal(state, NOW);
    two.replace([shared(3)]);
    expect(two.open(ticket, NOW)).toBeNull();
  });

  it('need keys of their length', () => {
    const bad = expect.objectContaining({ code: 'BAD_CONFIGURATION' });
    expect(() => new TicketKeys(crypto, [{ ...shared(1), name: new Uint8Array(15) }])).toThrow(bad);
    expect(() => new TicketKeys(crypto, [{ ...shared(1), key: new Uint8Array(16) }])).toThrow(bad);
  });
});

describe('tickets', () => {
  it('need a cipher', () => {
    const crypto = { ...nodeCrypto, capabilities: { ...nodeCrypto.capabilities, aeads: ['aes-128-gcm' as const] } };
    expect(() => new TicketKeys(crypto)).toThrow(expect.objectContaining({ code: 'BAD_CONFIGURATION' }));
  });
});
