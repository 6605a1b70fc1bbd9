import { createServer, type Server, type Socket } from 'node:net';
import { handOver } from './hand-over.ts';

/** Longest header of version 1, its line end included (PROXY protocol specification section 2.1). */
const MAX_HEADER = 107;

/** A server behind a load balancer: it closes what does not begin with a PROXY header of version 1, without a word. */
export function proxyProtocol(behind: Server): Server {
  return createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    let received: Buffer = Buffer.alloc(0);
    const listener = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const start = received.toString('latin1', 0, MAX_HEADER);
      const end = start.indexOf('\r\n') + 2;
      const mayBecome = 'PROXY '.startsWith(start.substring(0, 6));
      if (mayBecome && end < 2 && received.length < MAX_HEADER) return;
      socket.off('data', listener);
      if (!mayBecome || end < 2) {
        socket.end();
        socket.resume();
        return;
      }
      handOver(socket, received.subarray(end), behind);
    };
    socket.on('data', listener);
  });
}
