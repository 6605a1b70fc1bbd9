import { describe, expect, it } from 'vitest';
import { release } from './release.ts';

describe('memory of bytes that are done with', () => {
  it.skipIf(!('transfer' in ArrayBuffer.prototype))('is freed where they have it to themselves', () => {
    const bytes = new Uint8Array(65_536);
    release(bytes);
    expect(bytes.length).toBe(0);
  });

  it('stays where it is shared or short', () => {
    const pool = new Uint8Array(65_536).fill(1);
    const short = new Uint8Array(100);
    for (const bytes of [pool.subarray(1), pool.subarray(0, 20_000), short]) release(bytes);
    expect(pool.length).toBe(65_536);
    expect(short.length).toBe(100);
  });
});
