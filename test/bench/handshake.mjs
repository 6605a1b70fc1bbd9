import { setup } from './setup.mjs';
import { endpointOf, hangUp } from './sockets.mjs';

/** Connections at once, by row. @type {Record<string, number>} */
const AT_ONCE = { '1 at a time': 1, '8 at once': 8 };

/** Full handshakes over loopback sockets, to the end of the connection. */
export const handshake = handshakes('handshake', {});

/** The same with an RSA-2048 certificate. */
export const handshakeRsa = handshakes('handshake-rsa', { key: 'rsa2048' });

/** The same in TLS 1.2. */
export const tls12 = handshakes('tls12', { version: 'TLSv1.2' });

/**
 * Handshakes that resume a session of TLS 1.3, with a key exchange. A server of node:tls issues no ticket when it resumes,
 * so ours does not either; what it costs to do so, as ours does by default, is a row of its own.
 */
export const resumption = {
  name: 'resumption',
  unit: 'us per handshake, both ends',
  rows: [...Object.keys(AT_ONCE), '1 at a time, ours with a new ticket each'],
  /** @param {import('./measure.mjs').Side} side */
  async begin(side) {
    const kind = { tickets: true };
    const contexts = setup(kind);
    const issuing = await endpointOf(side, kind, contexts);
    const session = await sessionOf(issuing);
    const silent = side === 'hellofin' ? await endpointOf(side, { ...kind, renews: false }, contexts) : issuing;
    return (/** @type {string} */ row) => (/** @type {number} */ operations) =>
      run(row in AT_ONCE ? silent : issuing, session, operations, AT_ONCE[row] ?? 1);
  },
};

/**
 * @param {string} name
 * @param {import('./setup.mjs').Kind} kind
 * @returns {import('./measure.mjs').Benchmark}
 */
function handshakes(name, kind) {
  return {
    name,
    unit: 'us per handshake, both ends',
    rows: Object.keys(AT_ONCE),
    async begin(side) {
      const endpoint = await endpointOf(side, kind);
      return (row) => (operations) => run(endpoint, undefined, operations, AT_ONCE[row] ?? 1);
    },
  };
}

/**
 * @param {import('./sockets.mjs').Endpoint} endpoint
 * @param {Buffer | undefined} session
 * @param {number} operations
 * @param {number} atOnce
 */
async function run(endpoint, session, operations, atOnce) {
  let left = operations;
  const one = async () => {
    while (left-- > 0) await hangUp(await endpoint.connect(session));
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

/** @param {import('./sockets.mjs').Endpoint} endpoint @returns {Promise<Buffer>} */
async function sessionOf(endpoint) {
  const connection = await endpoint.connect();
  /** @type {Buffer} */
  const session = await new Promise((resolve) => connection.client.once('session', resolve));
  await hangUp(connection);
  return session;
}
