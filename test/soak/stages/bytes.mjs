/**
 * Data both ways at once over sockets, in pieces of many sizes, TLS 1.3 with new keys every few mebibytes and TLS 1.2 in
 * turn. Every byte is compared with what was sent.
 */
import { randomBytes } from 'node:crypto';
import * as hellofin from '../../../dist/node/index.js';
import { clientContext, Failures, listening, serverContext, WHOM } from '../setup.mjs';

/** @typedef {import('../setup.mjs').TLSSocket} TLSSocket */

const VERSIONS = /** @type {const} */ (['TLSv1.3', 'TLSv1.2']);

/** What is sent, over and over. */
const PATTERN = randomBytes(2 ** 20);

/** Bytes of one write, in turn. */
const SIZES = [65_536, 1, 16_384, 100_000, 16_385, 4096, 262_144, 300];

/** Bytes of one direction between two samples at most, and transfers over one connection. */
const [MOST, TRANSFERS] = [64 * 2 ** 20, 8];

/** Bytes of one direction under one key of TLS 1.3. */
const PER_KEY = 4 * 2 ** 20;

/** @type {import('../stages.mjs').Stage} */
export const bytes = {
  unit: 'bytes',
  async run(amount, tell) {
    const failures = new Failures();
    /** @type {Record<string, number>} */
    const figures = { connections: 0, keyUpdates: 0 };
    const piece = Math.max(2 ** 16, Math.min(MOST, Math.ceil(amount / 128)));
    /** @type {(socket: TLSSocket) => void} */
    let arrived = () => undefined;
    const places = await Promise.all(
      VERSIONS.map((version) => listening({ secureContext: serverContext({ version }) }, (end) => arrived(end))),
    );
    const contexts = VERSIONS.map((version) => clientContext({ version }));
    let done = 0;
    for (let turn = 0, more = true; more && done < amount; turn++) {
      const index = turn % VERSIONS.length;
      /** @type {Promise<TLSSocket>} */
      const accepted = new Promise((resolve) => {
        arrived = resolve;
      });
      const client = hellofin.connect({
        ...WHOM,
        port: places[index]?.port ?? 0,
        ...(contexts[index] === undefined ? {} : { secureContext: contexts[index] }),
      });
      const server = await accepted;
      const closed = [client, server].map((end) => new Promise((resolve) => end.once('close', resolve)));
      for (const end of [client, server]) end.on('error', (error) => failures.add(`${VERSIONS[index]}: ${error}`));
      const ways = [new Way(client, server), new Way(server, client)];
      for (let i = 0; more && i < TRANSFERS && done < amount; i++) {
        const whole = await Promise.race([
          Promise.all(ways.map((way) => way.transfer(piece))).then(() => true),
          Promise.all(closed).then(() => false),
        ]);
        if (!whole) break;
        done += 2 * piece;
        more = await tell(done);
      }
      for (const way of ways) {
        if (way.differs) failures.add(`${VERSIONS[index]}: other bytes arrived than were sent`);
        figures.keyUpdates = (figures.keyUpdates ?? 0) + way.keyUpdates;
      }
      figures.connections = (figures.connections ?? 0) + 1;
      for (const end of [client, server]) end.end();
      await Promise.all(closed);
      if (failures.count > 5) break;
    }
    await Promise.all(places.map(({ close }) => close()));
    return { figures, failures: failures.all };
  },
};

/** One direction of a connection. */
class Way {
  differs = false;
  keyUpdates = 0;
  #sent = 0;
  #received = 0;
  #until = 0;
  #writes = 0;
  /** @type {() => void} */
  #done = () => undefined;
  /** @type {TLSSocket} */
  #from;

  /** @param {TLSSocket} from @param {TLSSocket} to */
  constructor(from, to) {
    this.#from = from;
    to.on('data', (/** @type {Buffer} */ data) => this.#take(data));
  }

  /** Sends so many bytes, and waits until they are there. @param {number} length */
  transfer(length) {
    this.#until += length;
    return new Promise((resolve) => {
      this.#done = () => resolve(undefined);
      this.#send();
    });
  }

  #send() {
    while (this.#sent < this.#until) {
      const at = this.#sent % PATTERN.length;
      const size = SIZES[this.#writes++ % SIZES.length] ?? 1;
      const piece = PATTERN.subarray(at, at + Math.min(size, this.#until - this.#sent));
      if (Math.floor(this.#sent / PER_KEY) !== Math.floor((this.#sent + piece.length) / PER_KEY)) this.#newKeys();
      this.#sent += piece.length;
      if (!this.#from.write(piece)) {
        this.#from.once('drain', () => this.#send());
        return;
      }
    }
  }

  /** Every other time the peer is asked for new ones too. The face of node:tls has no word for it; the engine has. */
  #newKeys() {
    /** @type {import('../../../dist/tls/index.js').TlsConnection} */
    const engine = Reflect.get(this.#from, 'engine');
    if (this.#from.getProtocol() !== 'TLSv1.3' || !engine.writable) return;
    engine.updateKeys(this.keyUpdates++ % 2 === 1);
  }

  /** @param {Buffer} data */
  #take(data) {
    for (let at = 0; at < data.length; ) {
      const from = this.#received % PATTERN.length;
      const length = Math.min(data.length - at, PATTERN.length - from);
      this.differs ||= PATTERN.compare(data, at, at + length, from, from + length) !== 0;
      at += length;
      this.#received += length;
    }
    if (this.#received === this.#until) this.#done();
  }
}
