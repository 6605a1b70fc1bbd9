/** Connections over loopback, both ends in this process, by either implementation. */
import tls from 'node:tls';
import * as hellofin from '../../dist/node/index.js';
import { NAME, nodeTls, ours } from './setup.mjs';

/**
 * @typedef {import('node:stream').Duplex} Duplex
 * @typedef {{ readonly client: Duplex, readonly server: Duplex }} Connection
 * @typedef {{ readonly connect: () => Promise<Connection> }} Endpoint
 */

/**
 * A server that listens, and connections to it.
 * @param {import('./measure.mjs').Side} side
 * @returns {Promise<Endpoint>}
 */
export function endpointOf(side) {
  if (side === 'hellofin') {
    return endpoint(
      (accept) => hellofin.createServer({ secureContext: ours.server }, accept),
      (port) => hellofin.connect({ port, host: '127.0.0.1', servername: NAME, secureContext: ours.client }),
    );
  }
  return endpoint(
    (accept) => tls.createServer({ ...nodeTls.serverOptions, noDelay: true }, accept),
    (port) => {
      const socket = tls.connect({ port, host: '127.0.0.1', servername: NAME, secureContext: nodeTls.client });
      return socket.setNoDelay(true);
    },
  );
}

/**
 * @param {(accept: (socket: Duplex) => void) => import('node:net').Server} listen
 * @param {(port: number) => Duplex & { authorized: boolean }} dial
 * @returns {Promise<Endpoint>}
 */
async function endpoint(listen, dial) {
  /** @type {Map<number, (socket: Duplex) => void>} */
  const waiting = new Map();
  const server = listen((socket) => {
    const { remotePort } = /** @type {import('node:net').Socket} */ (socket);
    waiting.get(remotePort ?? 0)?.(socket);
    waiting.delete(remotePort ?? 0);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const connect = () =>
    new Promise((resolve, reject) => {
      const client = dial(port);
      /** @type {Duplex | undefined} */
      let accepted;
      let isSecure = false;
      const done = () => {
        if (accepted === undefined || !isSecure) return;
        if (client.authorized) resolve({ client, server: accepted });
        else reject(new Error('the chain was not verified'));
      };
      client.once('error', reject);
      client.once('connect', () => {
        const { localPort } = /** @type {import('node:net').Socket} */ (/** @type {unknown} */ (client));
        waiting.set(localPort ?? 0, (socket) => {
          socket.on('error', reject);
          accepted = socket;
          done();
        });
      });
      client.once('secureConnect', () => {
        isSecure = true;
        done();
      });
    });
  return { connect };
}

/** Ends both sides at once and waits until they are gone. @param {Connection} connection */
export async function hangUp({ client, server }) {
  const closed = [client, server].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
  client.destroy();
  server.destroy();
  await Promise.all(closed);
}
