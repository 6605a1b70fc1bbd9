import { createServer, type Server, type Socket } from 'node:net';
import { Reader } from '../../bytes/index.ts';
import { type ClientHello, EXTENSION_TYPES } from '../../tls/wire.ts';
import { onClientHello } from './client-hello.ts';
import { handOver } from './hand-over.ts';

/**
 * A router by name: it hands on whoever asks for one of `names`, or for none, and closes on every other, without an
 * alert, as balancers do that have no backend for a name.
 */
export function nameFilter(names: readonly string[], behind: Server): Server {
  return createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    onClientHello(socket, (hello, bytes) => {
      const name = hello === undefined ? undefined : nameIn(hello);
      if (hello === undefined || (name !== undefined && !names.includes(name))) {
        socket.end();
        socket.resume();
        return;
      }
      handOver(socket, bytes, behind);
    });
  });
}

/** The host_name of server_name (RFC 6066 section 3). */
function nameIn({ extensions }: ClientHello): string | undefined {
  const found = extensions.raw.find(({ id }) => id === EXTENSION_TYPES.server_name);
  if (found === undefined) return undefined;
  const list = new Reader(found.data).vector(2, 'server_name_list');
  list.u8('name_type');
  return Buffer.from(list.opaque(2, 'host_name')).toString('latin1').toLowerCase();
}
