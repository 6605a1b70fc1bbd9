/** The server of the probe benchmark, in a process of its own: only the client's CPU counts. Sends its port and CA. */
import tls from 'node:tls';
import { setup } from './setup.mjs';

const { other } = setup();
const server = tls.createServer({ ...other.server, noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
});
// A probe that has its answer hangs up.
server.on('tlsClientError', (_error, socket) => socket.destroy());
server.listen(0, '127.0.0.1', 2048, () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.send?.({ port, ca: other.client.ca });
});
process.on('disconnect', () => process.exit());
