import { describe, expect, it } from 'vitest';
import { SessionMemory } from './session-store.ts';

const id = (first: number) => new Uint8Array(32).fill(first);
const state = (first: number) => Uint8Array.of(first);

describe('a store in memory', () => {
  it('keeps sessions until their time', () => {
    const store = new SessionMemory(2);
    store.put(id(1), state(1), 1000);
    expect([store.get(id(1), 1000), store.get(id(2), 0)]).toEqual([state(1), null]);
    expect(store.get(id(1), 1001)).toBeNull();
    // It is gone, not only hidden.
    expect(store.get(id(1), 0)).toBeNull();
  });

  it('lets the oldest give way', () => {
    const store = new SessionMemory(2);
    for (const n of [1, 2, 3]) store.put(id(n), state(n), 1000);
    expect([1, 2, 3].map((n) => store.get(id(n), 0)?.[0])).toEqual([undefined, 2, 3]);
  });

  it.each([0, 1.5, Number.NaN])('has room for one at least, not for %s', (capacity) => {
    expect(() => new SessionMemory(capacity)).toThrow(expect.objectContaining({ code: 'BAD_CONFIGURATION' }));
  });
});
