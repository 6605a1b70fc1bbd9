import { bulk } from './bulk.mjs';
import { handshake } from './handshake.mjs';
import { handshakeMemory } from './handshake-memory.mjs';

/** Everything that is measured side by side, by name. @type {Record<string, import('./measure.mjs').Benchmark>} */
export const benchmarks = Object.fromEntries([handshake, handshakeMemory, bulk].map((one) => [one.name, one]));
