import { endpointOf } from './sockets.mjs';

/** What a file stream gives at a time. */
const CHUNK = Buffer.alloc(65_536, 7);

/** Chunks of one operation: a mebibyte. */
const PER_OPERATION = 16;

/** @type {Record<string, (connection: import('./sockets.mjs').Connection, chunks: number) => Promise<unknown>>} */
const WAYS = {
  'client to server': ({ client, server }, chunks) => transfer(client, server, chunks),
  'server to client': ({ client, server }, chunks) => transfer(server, client, chunks),
  'both at once': ({ client, server }, chunks) =>
    Promise.all([transfer(client, server, chunks / 2), transfer(server, client, chunks / 2)]),
};

/** Data over one connection, either direction and both at once. @type {import('./measure.mjs').Benchmark} */
export const bulk = {
  name: 'bulk',
  unit: 'us per MiB, both ends',
  rows: Object.keys(WAYS),
  async begin(side) {
    const connection = await (await endpointOf(side)).connect();
    return (row) => async (operations) => WAYS[row]?.(connection, operations * PER_OPERATION);
  },
};

/**
 * Writes as fast as the stream takes it, until the other end has it all.
 * @param {import('node:stream').Duplex} from
 * @param {import('node:stream').Duplex} to
 * @param {number} chunks
 * @returns {Promise<void>}
 */
function transfer(from, to, chunks) {
  let left = chunks * CHUNK.length;
  return new Promise((resolve) => {
    /** @param {Buffer} data */
    const receive = (data) => {
      left -= data.length;
      if (left > 0) return;
      to.removeListener('data', receive);
      resolve();
    };
    to.on('data', receive);
    let unsent = chunks;
    const send = () => {
      while (unsent > 0) {
        unsent--;
        if (!from.write(CHUNK)) {
          from.once('drain', send);
          return;
        }
      }
    };
    send();
  });
}
