import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Served } from './endpoint.ts';

/** Something that has a port. */
export interface Listening {
  readonly port: number;
  /** Whether it listens on ::1 too. */
  readonly hasIpv6: boolean;
  /** Ends it and its connections. */
  stop(): Promise<void>;
}

/** Random ports that are tried until one is free for both families. */
const TRIES = 8;

/** Gives an endpoint a random port of 127.0.0.1, and the same of ::1 where it serves there and this machine can. */
export async function listen({ server, server6 }: Pick<Served, 'server' | 'server6'>): Promise<Listening> {
  if (server === undefined) return refuse();
  for (let left = TRIES; ; left--) {
    const first = await listenOn(server, 0, '127.0.0.1');
    if (server6 === undefined) return { ...first, hasIpv6: false };
    try {
      const second = await listenOn(server6, first.port, '::1');
      const stop = async () => {
        await Promise.all([first.stop(), second.stop()]);
      };
      return { port: first.port, hasIpv6: true, stop };
    } catch (error) {
      // EADDRNOTAVAIL, EAFNOSUPPORT: this machine has no IPv6.
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || left === 0) return { ...first, hasIpv6: false };
      await first.stop();
    }
  }
}

/**
 * A port where nothing listens, and where nothing else will: it is the near end of a connection. A port that was merely
 * free a moment ago could be given to the next server.
 */
async function refuse(): Promise<Listening> {
  const server = createServer();
  const { port: far, stop } = await listenOn(server, 0, '127.0.0.1');
  const socket = connect(far, '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise((resolve) => server.once('connection', resolve));
  const port = socket.localPort ?? 0;
  return {
    port,
    hasIpv6: false,
    stop: async () => {
      socket.destroy();
      await stop();
    },
  };
}

function listenOn(server: Server, port: number, address: string): Promise<Omit<Listening, 'hasIpv6'>> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const stop = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      for (const socket of sockets) socket.destroy();
    });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve({ port: (server.address() as AddressInfo).port, stop });
    });
  });
}
