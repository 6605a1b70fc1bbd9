import type { Server, Socket } from 'node:net';

/** Gives a connection to another server, which reads `bytes` before everything that follows. */
export function handOver(socket: Socket, bytes: Uint8Array, server: Server): void {
  socket.pause();
  if (bytes.length > 0) socket.unshift(bytes);
  server.emit('connection', socket);
  // After the listeners of the server, which begins at the next tick.
  setImmediate(() => socket.resume());
}
