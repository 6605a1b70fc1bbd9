import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { changeOf, parseTarget } from '../../dist/diagnose/index.js';
import { readAnswer } from '../../dist/diagnose/probes/answer.js';
import { exchange } from '../../dist/node/probe/exchange.js';
import { TlsConnection } from '../../dist/tls/index.js';
import { client, NAME, otherTls } from './setup.mjs';

const SERVER = fileURLToPath(new URL('probe-server.mjs', import.meta.url));
const ADDRESS = '127.0.0.1';

/** @typedef {{ readonly port: number, readonly ca: string }} Target */

/**
 * What a diagnosis does most: a ClientHello with one input exchanged, and the first answer; no key is derived. node:tls
 * can tell as much by a handshake only. CPU of the client alone; the server is node:tls for both.
 * @type {import('./measure.mjs').Benchmark}
 */
export const probe = {
  name: 'probe',
  unit: 'us per answer, the client alone',
  rows: ['one after the other'],
  async begin(side) {
    const target = await listening();
    const one = side === 'hellofin' ? prober(target) : await shaker(side, target);
    return () => async (operations) => {
      for (let i = 0; i < operations; i++) await one();
    };
  },
};

/** @returns {Promise<Target>} */
function listening() {
  const server = fork(SERVER);
  server.unref();
  return new Promise((resolve) => {
    server.once('message', (/** @type {Target} */ target) => {
      server.channel?.unref();
      resolve(target);
    });
  });
}

/** @param {Target} target */
function prober({ port, ca }) {
  // The ClientHello that is to be diagnosed is there already: that of the handshake that failed.
  const { config } = client(ca).ours;
  const [record = new Uint8Array(0)] = TlsConnection.client({ ...config, serverName: NAME }).takeOutput();
  const input = { serverName: NAME, alpn: [], clientCertificate: false };
  const target = parseTarget(`${NAME}:${port}`, (name) => name);
  const change = changeOf('versions:1.3');
  return async () => {
    const bytes = change.bytes({ hello: record.subarray(5), input, target, address: ADDRESS, port }) ?? record;
    const request = { connection: 1, address: ADDRESS, port, timeout: 10_000, change, bytes };
    const [, answer] = await exchange(request, () => performance.now());
    if (answer?.kind !== 'exchange' || readAnswer(answer.received).kind !== 'server_hello') {
      throw new Error('no ServerHello');
    }
  };
}

/** @param {import('./measure.mjs').Side} side @param {Target} target */
async function shaker(side, { port, ca }) {
  const tls = await otherTls(side);
  const options = client(ca).other;
  const dialled =
    side === 'lemon-tls' ? { ...options, groups: [0x001d] } : { secureContext: tls.createSecureContext(options) };
  return () =>
    new Promise((resolve, reject) => {
      const socket = tls.connect({ host: ADDRESS, port, servername: NAME, ...dialled });
      socket.setNoDelay(true);
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        if (side === 'node:tls' && !socket.authorized) reject(socket.authorizationError);
        socket.once('close', resolve);
        socket.destroy();
      });
    });
}
