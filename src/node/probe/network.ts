import { hundredths, type Network, type Resolver } from '../../diagnose/index.ts';
import { exchange } from './exchange.ts';
import { type HandshakeOptions, handshake } from './handshake.ts';

/** A network whose clock starts now. */
export function createNetwork(resolver: Resolver, options: HandshakeOptions): Network {
  const start = performance.now();
  const now = () => hundredths(performance.now() - start);
  return {
    now,
    resolver,
    handshake: (request) => handshake(request, options, now),
    exchange: (request) => exchange(request, now),
  };
}
