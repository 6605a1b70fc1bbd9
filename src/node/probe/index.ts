/**
 * What the diagnosis does to the network, on Node: names resolved, connections opened, handshakes made over this
 * package's own sockets. It judges nothing but the chain, whose verdict is an observation. Start at {@link check}.
 */
export { chainsOf } from './chains.ts';
export { type CheckOptions, check } from './check.ts';
export { packageVersion } from './version.ts';
