import { randomBytes, randomFillSync } from 'node:crypto';
import { plain } from './bytes.ts';

/** What is asked for at once: a call costs as much for this as for the 32 bytes of a hello. */
const POOL = 1024;

/** Longer requests are rare and made by themselves. */
const SHORT = 64;

const pool = new Uint8Array(POOL);
let at = POOL;

/** `length` random bytes. A handshake asks for few, five times: they come out of one call for many, and leave no copy. */
export function random(length: number): Uint8Array {
  if (length > SHORT) return plain(randomBytes(length));
  if (at + length > POOL) {
    randomFillSync(pool);
    at = 0;
  }
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    out[i] = pool[at] ?? 0;
    pool[at++] = 0;
  }
  return out;
}
