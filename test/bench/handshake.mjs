import { endpointOf, hangUp } from './sockets.mjs';

/** Connections at once, by row. @type {Record<string, number>} */
const AT_ONCE = { '1 at a time': 1, '8 at once': 8 };

/** Full handshakes over loopback sockets, to the end of the connection. @type {import('./measure.mjs').Benchmark} */
export const handshake = {
  name: 'handshake',
  against: 'node:tls',
  unit: 'us per handshake, both ends',
  rows: Object.keys(AT_ONCE),
  async begin(side) {
    const endpoint = await endpointOf(side);
    return (row) => (operations) => handshakes(endpoint, operations, AT_ONCE[row] ?? 1);
  },
};

/**
 * @param {import('./sockets.mjs').Endpoint} endpoint
 * @param {number} operations
 * @param {number} atOnce
 */
async function handshakes(endpoint, operations, atOnce) {
  let left = operations;
  const one = async () => {
    while (left-- > 0) await hangUp(await endpoint.connect());
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}
