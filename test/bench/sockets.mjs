/** Connections over loopback, both ends in this process, by any implementation. */
import * as hellofin from '../../dist/node/index.js';
import { NAME, otherTls, setup } from './setup.mjs';

/**
 * @typedef {import('node:stream').Duplex} Duplex
 * @typedef {Duplex & { authorized: boolean, isSessionReused(): boolean }} Client
 * @typedef {{ readonly client: Client, readonly server: Duplex }} Connection
 * @typedef {{ readonly connect: (session?: Buffer) => Promise<Connection> }} Endpoint
 */

/**
 * A server that listens, and connections to it.
 * @param {import('./measure.mjs').Side} side
 * @param {import('./setup.mjs').Kind} [kind]
 * @param {ReturnType<typeof setup>} [contexts]
 * @returns {Promise<Endpoint>}
 */
export async function endpointOf(side, kind, contexts = setup(kind)) {
  const { ours, other } = contexts;
  const whom = { host: '127.0.0.1', servername: NAME };
  if (side === 'hellofin') {
    return endpoint(
      (accept) => {
        const count = kind?.renews === false ? { sessionTickets: 0 } : {};
        return hellofin.createServer({ secureContext: ours.server, ...count }, accept);
      },
      (more) => hellofin.connect({ ...whom, ...more, secureContext: ours.client }),
      true,
    );
  }
  const tls = await otherTls(side);
  const dialled =
    side === 'lemon-tls'
      ? { ...other.client, groups: [0x001d], noTickets: !kind?.tickets }
      : { secureContext: tls.createSecureContext(other.client) };
  return endpoint(
    (accept) => tls.createServer({ ...other.server, noTickets: !kind?.tickets, noDelay: true }, accept),
    (more) => tls.connect({ ...whom, ...more, ...dialled }).setNoDelay(true),
    side === 'node:tls',
  );
}

/**
 * @param {(accept: (socket: Duplex) => void) => import('node:net').Server} listen
 * @param {(more: { readonly port: number, readonly session?: Buffer }) => Client} dial
 * @param {boolean} verifies whether the client tells that it verified the chain; lemon-tls 0.7 does not verify
 * @returns {Promise<Endpoint>}
 */
async function endpoint(listen, dial, verifies) {
  /** Servers' ends that came before their clients knew, and clients that wait for theirs, by the client's port. */
  const [early, waiting] = [new Map(), new Map()];
  const server = listen((socket) => {
    const { remotePort } = /** @type {import('node:net').Socket} */ (socket);
    const accept = waiting.get(remotePort);
    waiting.delete(remotePort);
    if (accept === undefined) early.set(remotePort, socket);
    else accept(socket);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', 2048, () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  /** @param {Buffer} [session] @returns {Promise<Connection>} */
  const connect = (session) =>
    new Promise((resolve, reject) => {
      const client = dial({ port, ...(session === undefined ? {} : { session }) });
      /** @param {Duplex} accepted */
      const done = (accepted) => {
        accepted.on('error', reject);
        resolve({ client, server: accepted });
      };
      client.once('error', reject);
      client.once('secureConnect', () => {
        const { localPort } = /** @type {import('node:net').Socket} */ (/** @type {unknown} */ (client));
        const accepted = early.get(localPort);
        early.delete(localPort);
        if (verifies && !client.authorized) reject(new Error('the chain was not verified'));
        else if (session !== undefined && !client.isSessionReused()) reject(new Error('the session was not resumed'));
        else if (accepted === undefined) waiting.set(localPort, done);
        else done(accepted);
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
