/** Contexts of all stages: one throw-away CA, a certificate of each end under it. */
import * as hellofin from '../../dist/node/index.js';
import { issue, NAME } from '../bench/setup.mjs';

const root = issue({ name: 'hellofin soak root' });
const [leaf, person] = [issue({ name: NAME, issuer: root }), issue({ name: 'client', issuer: root })];

/** @typedef {import('../../dist/node/index.js').TLSSocket} TLSSocket */
/** @typedef {'TLSv1.3' | 'TLSv1.2'} Version */

/** What attackers show as servers. */
export const SERVER_CREDENTIAL = { chain: [leaf.der], key: leaf.key };

/** What every client connects to. */
export const WHOM = { host: '127.0.0.1', servername: NAME };

/** @param {{ readonly version?: Version, readonly groups?: string }} [more] */
export function serverContext({ version, groups = 'X25519' } = {}) {
  const versions = version === undefined ? {} : { minVersion: version, maxVersion: version };
  return hellofin.createSecureContext({ cert: leaf.cert, key: leaf.pem, ca: root.cert, groups, ...versions });
}

/** @param {{ readonly version?: Version, readonly groups?: string, readonly certificate?: boolean }} [more] */
export function clientContext({ version, groups = 'X25519:P-256', certificate = false } = {}) {
  const versions = version === undefined ? {} : { minVersion: version, maxVersion: version };
  const own = certificate ? { cert: person.cert, key: person.pem } : {};
  return hellofin.createSecureContext({ ca: root.cert, groups, ...versions, ...own });
}

/**
 * Listens on a free port of loopback.
 * @param {import('../../dist/node/index.js').ServerOptions} options
 * @param {(socket: TLSSocket) => void} accept
 */
export async function listening(options, accept) {
  const server = hellofin.createServer(options, accept);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', 2048, () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { server, port, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** Failures of a stage: all are counted, the first few told. */
export class Failures {
  /** @type {string[]} */
  told = [];
  count = 0;

  /** @param {string} what */
  add(what) {
    if (this.count++ < 5) this.told.push(what);
  }

  get all() {
    return this.count > this.told.length ? [...this.told, `and ${this.count - this.told.length} more`] : this.told;
  }
}
