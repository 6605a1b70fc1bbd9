import { Duplex } from 'node:stream';
import { setImmediate as immediate } from 'node:timers/promises';
import tls from 'node:tls';
import { nodeCrypto } from '../../dist/crypto/node/index.js';
import { TlsConnection } from '../../dist/tls/index.js';
import { leafKey } from '../../dist/x509/index.js';
import { NAME, setup } from './setup.mjs';

const { ours, other } = setup();
const contexts = { server: tls.createSecureContext(other.server), client: tls.createSecureContext(other.client) };

/** Full handshakes without a network: two engines that hand over bytes, node:tls over a pair of streams. @type {import('./measure.mjs').Benchmark} */
export const handshakeMemory = {
  name: 'handshake-memory',
  unit: 'us per handshake, both ends',
  rows: ['one after the other'],
  begin: async (side) => () => (operations) => repeat(operations, side === 'hellofin' ? engines : streams),
};

/**
 * A loop that never lets the event loop run defers native clean-up, and lies.
 * @param {number} operations
 * @param {() => void | Promise<void>} one
 */
async function repeat(operations, one) {
  for (let i = 0; i < operations; i++) {
    await one();
    await immediate();
  }
}

function engines() {
  const client = TlsConnection.client({ ...ours.client.config, serverName: NAME });
  const server = TlsConnection.server({ ...ours.server.config, credentials: ours.server.credentials });
  while (!client.handshakeComplete || !server.handshakeComplete) {
    for (const bytes of client.takeOutput()) server.receive(bytes);
    for (const bytes of server.takeOutput()) client.receive(bytes);
    settle(client);
    const error = client.error ?? server.error;
    if (error !== undefined) throw error;
  }
}

/** Answers as the Node face does. @param {TlsConnection} client */
function settle(client) {
  for (let { request } = client; request !== undefined; { request } = client) {
    if (request.name === 'peer_key') client.answer(request, leafKey(request.question.leaf));
    else if (request.name === 'verdict') {
      const chain = request.question.chain.map(({ der }) => der);
      const refusal = ours.client.verifier.verify(chain, { crypto: nodeCrypto, purpose: 'server', hostname: NAME });
      if (refusal !== undefined) throw new Error(refusal.reason);
      client.answer(request, { accepted: true });
    } else throw new Error(`unexpected request ${request.name}`);
  }
}

/** One end of a connection in memory. */
class Half extends Duplex {
  /** @type {Half | undefined} */
  other;

  /** @override */
  _read() {
    // What comes is pushed.
  }

  /** @override @param {Buffer} chunk @param {BufferEncoding} _encoding @param {() => void} done */
  _write(chunk, _encoding, done) {
    this.other?.push(chunk);
    done();
  }

  /** @override @param {() => void} done */
  _final(done) {
    this.other?.push(null);
    done();
  }
}

/** @returns {Promise<void>} */
function streams() {
  const [a, b] = [new Half(), new Half()];
  a.other = b;
  b.other = a;
  return new Promise((resolve, reject) => {
    const server = new tls.TLSSocket(b, { isServer: true, secureContext: contexts.server });
    const client = tls.connect({ socket: a, servername: NAME, secureContext: contexts.client });
    let left = 2;
    const done = () => {
      if (--left > 0) return;
      if (!client.authorized) reject(client.authorizationError);
      client.destroy();
      server.destroy();
      resolve();
    };
    client.once('secureConnect', done);
    server.once('secure', done);
    client.on('error', reject);
    server.on('error', reject);
  });
}
