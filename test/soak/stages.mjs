import { bytes } from './stages/bytes.mjs';
import { inMemory, overSockets } from './stages/handshakes.mjs';
import { idle } from './stages/idle.mjs';
import { peers } from './stages/peers.mjs';

/**
 * @typedef {(done: number) => Promise<boolean>} Tell says how much is done; false when the time is over
 * @typedef {{ readonly figures: Readonly<Record<string, number>>, readonly failures: readonly string[] }} Outcome
 * @typedef {{
 *   readonly unit: string,
 *   readonly rounds?: number,
 *   readonly run: (amount: number, tell: Tell) => Promise<Outcome>,
 * }} Stage
 */

/** What is endured, by name; each closes everything it opened. @type {Record<string, Stage>} */
export const stages = {
  'handshakes-memory': inMemory,
  'handshakes-sockets': overSockets,
  bytes,
  idle,
  peers,
};
