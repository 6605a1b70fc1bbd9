import { nodeCrypto } from '../../crypto/node/index.ts';
import { hundredths, type Network, proveKey, type Resolver } from '../../diagnose/index.ts';
import { fetchIssuer } from './aia.ts';
import { exchange } from './exchange.ts';
import { type HandshakeOptions, handshake } from './handshake.ts';
import { judgeChain } from './judge.ts';
import { SessionShelf } from './sessions.ts';

/** A network whose clock starts now. */
export function createNetwork(resolver: Resolver, options: Omit<HandshakeOptions, 'sessions'>): Network {
  const start = performance.now();
  const sessions = new SessionShelf();
  const now = () => hundredths(performance.now() - start);
  return {
    now,
    resolver,
    handshake: (request) => handshake(request, { ...options, sessions }, now),
    exchange: (request) => exchange(request, now),
    fetch: (request) => fetchIssuer(request, resolver, now),
    judge: (request) => {
      const judge = { roots: options.roots(), crypto: nodeCrypto, purpose: 'server' } as const;
      return judgeChain(request, judge).observation;
    },
    proveKey: ({ connection, hello, flight }) => {
      return { kind: 'key_proof', connection, ...proveKey(hello, flight, nodeCrypto) };
    },
  };
}
