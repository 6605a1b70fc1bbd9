/**
 * Servers that answer a ClientHello by a rule and go no further: for what our engine cannot be. They choose as a real
 * server of their kind does, so that every client meets the refusal that it would meet there.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { Writer } from '../../bytes/index.ts';
import { ALERTS, type ClientHello, type FatalAlertName } from '../../tls/wire.ts';
import { onClientHello } from './client-hello.ts';
import { handOver } from './hand-over.ts';

/** What a responder says to a ClientHello: a fatal alert, or handshake messages; or who says it in its place. */
export type Reply =
  | { readonly handOver: Server }
  | { readonly alert: FatalAlertName }
  | { readonly messages: readonly Uint8Array[] };

/** ContentTypes (RFC 8446 section 5.1) and AlertLevel fatal (section 6). */
const ALERT = 21;
const HANDSHAKE = 22;
const FATAL = 2;

/**
 * A server that answers the first ClientHello with `answer` and says no more.
 * @param version of its records: legacy_record_version, 0x0303 in TLS 1.3
 */
export function responder(version: number, answer: (hello: ClientHello) => Reply): Server {
  return createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    onClientHello(socket, (hello, bytes) => {
      const reply: Reply = hello === undefined ? { alert: 'decode_error' } : answer(hello);
      if ('handOver' in reply) {
        handOver(socket, bytes, reply.handOver);
        return;
      }
      const records =
        'alert' in reply
          ? [record(ALERT, version, Uint8Array.of(FATAL, ALERTS[reply.alert]))]
          : reply.messages.map((message) => record(HANDSHAKE, version, message));
      socket.end(Buffer.concat(records));
      // What comes now has to be read all the same: closing with unread input would reset what was just sent.
      socket.resume();
    });
  });
}

function record(type: number, version: number, fragment: Uint8Array): Uint8Array {
  return new Writer().u8(type).u16(version).opaque(2, fragment).finish();
}
