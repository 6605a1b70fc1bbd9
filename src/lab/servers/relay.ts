import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { EXTENSION_TYPES } from '../../tls/wire.ts';
import { onClientHello } from './client-hello.ts';

/** Changes the bytes of a client's first flight in place, or leaves them. */
export type Tamper = (flight: Uint8Array) => void;

/** Something on the way: it passes every byte between client and server, and `tamper` sees the ClientHello first. */
export function relay(behind: Server, tamper: Tamper): Server {
  const server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
    socket.on('error', () => undefined);
    onClientHello(socket, (_hello, bytes) => {
      tamper(bytes);
      const upstream = connect({
        port: (behind.address() as AddressInfo).port,
        host: '127.0.0.1',
        allowHalfOpen: true,
      });
      upstream.on('error', () => socket.destroy());
      socket.once('close', () => upstream.destroy());
      upstream.write(bytes);
      socket.pipe(upstream);
      upstream.pipe(socket);
    });
  });
  server.once('listening', () => behind.listen(0, '127.0.0.1'));
  server.once('close', () => behind.close());
  return server;
}

/** Offset of legacy_session_id in a record with a ClientHello (RFC 8446 sections 4, 4.1.2 and 5.1). */
const SESSION_ID = 5 + 4 + 2 + 32;

/**
 * Flips one bit of the first cipher suite: the server chooses another and does not know that it was meant to have this
 * one. What it and the client have hashed is no longer the same.
 */
export function flipFirstSuite(flight: Uint8Array): void {
  const suite = SESSION_ID + 1 + (flight[SESSION_ID] ?? 0) + 2;
  flip(flight, suite);
}

/**
 * Flips one bit of the type of extended_master_secret, so that the server does not see it. With that extension a changed
 * hello changes the keys, as in TLS 1.3 (RFC 7627 section 4); without it the two Finished alone tell.
 */
export function flipExtendedMasterSecret(flight: Uint8Array): void {
  // The type and the length 0, which stand in no other place of a ClientHello but by chance.
  const at = Buffer.from(flight).indexOf(Uint8Array.of(0, EXTENSION_TYPES.extended_master_secret, 0, 0));
  if (at >= 0) flip(flight, at);
}

function flip(flight: Uint8Array, at: number): void {
  flight[at] = (flight[at] ?? 0) ^ 0x80;
}
