import { bulk } from './bulk.mjs';
import { handshake, handshakeRsa, resumption, tls12 } from './handshake.mjs';
import { handshakeMemory } from './handshake-memory.mjs';
import { probe } from './probe.mjs';

const all = [handshake, handshakeMemory, resumption, handshakeRsa, tls12, bulk, probe];

/** Everything that is timed side by side, by name. @type {Record<string, import('./measure.mjs').Benchmark>} */
export const benchmarks = Object.fromEntries(all.map((one) => [one.name, one]));
