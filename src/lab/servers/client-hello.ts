import type { Socket } from 'node:net';
import { TlsError } from '../../tls/index.ts';
import { type ClientHello, decodeMessage, HANDSHAKE_TYPES } from '../../tls/wire.ts';

const RECORD_HEADER = 5;
const HANDSHAKE_HEADER = 4;

/** ContentType handshake (RFC 8446 section 5.1). */
const HANDSHAKE = 22;

/** Bytes within which a ClientHello has to be whole. */
const MAX_FLIGHT = 2 ** 16;

/**
 * Waits for a ClientHello. `heard` is called once, with the hello and with everything that was read for it; without a
 * hello when what came is none. The socket is paused then.
 */
export function onClientHello(
  socket: Socket,
  heard: (hello: ClientHello | undefined, bytes: Uint8Array) => void,
): void {
  let received: Buffer = Buffer.alloc(0);
  const listener = (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const message = firstMessage(received);
    if (message === 'incomplete' && received.length <= MAX_FLIGHT) return;
    socket.off('data', listener);
    socket.pause();
    heard(typeof message === 'string' ? undefined : decode(message), received);
  };
  socket.on('data', listener);
}

/** The first handshake message in records of plaintext, its header included; whatever follows it is left alone. */
function firstMessage(received: Buffer): Uint8Array | 'incomplete' | 'other' {
  let body: Buffer = Buffer.alloc(0);
  for (let at = 0; at < received.length; ) {
    if (received[at] !== HANDSHAKE) return 'other';
    if (received.length < at + RECORD_HEADER) break;
    const end = at + RECORD_HEADER + received.readUInt16BE(at + 3);
    body = Buffer.concat([body, received.subarray(at + RECORD_HEADER, end)]);
    const length = body.length < HANDSHAKE_HEADER ? Infinity : HANDSHAKE_HEADER + body.readUIntBE(1, 3);
    if (body.length >= length) return new Uint8Array(body.subarray(0, length));
    at = end;
  }
  return 'incomplete';
}

function decode(message: Uint8Array): ClientHello | undefined {
  if (message[0] !== HANDSHAKE_TYPES.client_hello) return undefined;
  try {
    const hello = decodeMessage(HANDSHAKE_TYPES.client_hello, message);
    return hello.type === 'client_hello' ? hello : undefined;
  } catch (error) {
    if (error instanceof TlsError) return undefined;
    throw error;
  }
}
