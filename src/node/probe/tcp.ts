import { connect, type Socket } from 'node:net';
import type { Endpoint, TcpObservation, TcpStatus } from '../../diagnose/index.ts';

/** What the errors of connect(2) say, by who says it: the peer, the network, or this machine. */
const STATUS: Readonly<Record<string, TcpStatus>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'no_route',
  EADDRNOTAVAIL: 'no_route',
  EAFNOSUPPORT: 'no_route',
  EACCES: 'denied',
  EPERM: 'denied',
};

/** An attempt to connect: the socket where it worked, and what is to be noted of it. */
export interface TcpAttempt {
  readonly socket: Socket | undefined;
  readonly observation: TcpObservation;
}

/** Opens a TCP connection. Never rejects. */
export function openTcp(endpoint: Endpoint, now: () => number): Promise<TcpAttempt> {
  const { address, port, connection, timeout } = endpoint;
  const at = now();
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, noDelay: true, allowHalfOpen: true });
    const timer = setTimeout(() => done('timeout'), timeout);
    const done = (status: TcpStatus, detail?: string) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      // What is said of the socket later must not end the process before somebody listens.
      socket.on('error', () => undefined);
      if (status !== 'connected') socket.destroy();
      const observation = { kind: 'tcp', connection, at, took: now() - at, address, port, status } as const;
      resolve({
        socket: status === 'connected' ? socket : undefined,
        observation: detail === undefined ? observation : { ...observation, detail },
      });
    };
    socket.once('connect', () => done('connected'));
    socket.once('error', (error: NodeJS.ErrnoException) => done(STATUS[error.code ?? ''] ?? 'failed', error.code));
  });
}
