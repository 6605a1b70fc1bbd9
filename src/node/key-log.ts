import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { CommonConfig } from '../tls/index.ts';

/**
 * The configuration with its key log emitted as 'keylog': by the socket with the line, by its server with the line and
 * the socket. Unchanged when nobody listens, as every line costs time.
 */
export function withKeyLog<C extends CommonConfig>(config: C, socket: Duplex, server: Server | undefined): C {
  if (socket.listenerCount('keylog') + (server?.listenerCount('keylog') ?? 0) === 0) return config;
  const keyLog = (text: string) => {
    const line = Buffer.from(`${text}\n`, 'latin1');
    socket.emit('keylog', line);
    server?.emit('keylog', line, socket);
  };
  return { ...config, keyLog };
}
