/**
 * Handshakes of every kind in turn, eight at a time, through hellofin/node: over sockets, or over streams in memory. Each
 * carries a word both ways and ends in order, but every fourth, which the client drops.
 */
import * as hellofin from '../../../dist/node/index.js';
import { pair } from '../pair.mjs';
import { clientContext, Failures, listening, serverContext, WHOM } from '../setup.mjs';

/**
 * @typedef {import('../setup.mjs').TLSSocket} TLSSocket
 * @typedef {{
 *   readonly name: string,
 *   readonly version: 'TLSv1.3' | 'TLSv1.2',
 *   readonly resumes?: boolean,
 *   readonly authenticates?: boolean,
 *   readonly retries?: boolean,
 *   readonly early?: boolean,
 * }} Kind
 * @typedef {(more: object) => TLSSocket} Dial opens a connection to the server of a kind
 */

/** @type {readonly Kind[]} */
const KINDS = [
  { name: 'TLS 1.3', version: 'TLSv1.3' },
  { name: 'TLS 1.3, resumed', version: 'TLSv1.3', resumes: true },
  { name: 'TLS 1.2', version: 'TLSv1.2' },
  { name: 'TLS 1.2, resumed', version: 'TLSv1.2', resumes: true },
  { name: 'TLS 1.3, client certificate', version: 'TLSv1.3', authenticates: true },
  { name: 'TLS 1.2, client certificate', version: 'TLSv1.2', authenticates: true },
  { name: 'TLS 1.3, HelloRetryRequest', version: 'TLSv1.3', retries: true },
  { name: 'TLS 1.3, 0-RTT', version: 'TLSv1.3', resumes: true, early: true },
];

const AT_ONCE = 8;

/** Sessions of a server that are kept to be resumed, and milliseconds that they are: servers take them for 300 seconds. */
const [KEPT, FRESH] = [32, 120_000];

const MAX_EARLY_DATA = 1024;
const QUESTION = Buffer.from('question');
const ANSWER = Buffer.from('answer');

const ignore = () => undefined;

/** @type {import('../stages.mjs').Stage} */
export const overSockets = { unit: 'handshakes', run: (amount, tell) => run(amount, tell, socketServer) };

/** @type {import('../stages.mjs').Stage} */
export const inMemory = { unit: 'handshakes', run: (amount, tell) => run(amount, tell, memoryServer) };

/**
 * @param {number} amount
 * @param {import('../stages.mjs').Tell} tell
 * @param {typeof socketServer} serve
 * @returns {Promise<import('../stages.mjs').Outcome>}
 */
async function run(amount, tell, serve) {
  const failures = new Failures();
  /** @type {Record<string, number>} */
  const figures = Object.fromEntries(KINDS.map(({ name }) => [name, 0]));
  const ends = { open: 0, idle: /** @type {() => void} */ (ignore) };
  const places = await Promise.all(KINDS.map((kind) => place(kind, serve, ends, failures)));
  let [begun, done] = [0, 0];
  for (let more = true; more && done < amount; ) {
    const until = Math.min(amount, begun + AT_ONCE * 8);
    const one = async () => {
      while (begun < until) {
        const index = begun++;
        const { kind, connect } = /** @type {typeof places[number]} */ (places[index % places.length]);
        const error = await connect(Math.floor(index / places.length) % 4 === 3);
        if (error !== undefined) failures.add(`${kind.name}: ${error}`);
        figures[kind.name] = (figures[kind.name] ?? 0) + 1;
        done++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    if (ends.open > 0) {
      await new Promise((resolve) => {
        ends.idle = () => resolve(undefined);
      });
    }
    more = await tell(done);
  }
  await Promise.all(places.map(({ close }) => close()));
  return { figures, failures: failures.all };
}

/**
 * A server for connections of a kind, and how one is made.
 * @param {Kind} kind
 * @param {typeof socketServer} serve
 * @param {{ open: number, idle: () => void }} ends of servers
 * @param {Failures} failures
 */
async function place(kind, serve, ends, failures) {
  const { version, authenticates: certificate = false } = kind;
  const secureContext = clientContext({ version, certificate, ...(kind.retries ? { groups: 'P-256:X25519' } : {}) });
  const options = {
    secureContext: serverContext({ version }),
    singleUse: new hellofin.SingleUseMemory(),
    maxEarlyData: kind.early ? MAX_EARLY_DATA : 0,
    requestCert: certificate,
    truncation: /** @type {const} */ ('end'),
  };
  const { dial, close } = await serve(options, (socket) => {
    ends.open++;
    socket.on('data', () => socket.write(ANSWER));
    socket.on('error', (/** @type {Error & { code?: string }} */ error) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') failures.add(`${kind.name}, server: ${error}`);
    });
    socket.once('close', () => {
      if (--ends.open === 0) ends.idle();
    });
  });
  const sessions = new Sessions();
  /** @param {boolean} drop @returns {Promise<string | undefined>} what went wrong */
  const connect = (drop) =>
    new Promise((resolve) => {
      const session = kind.resumes ? sessions.take() : undefined;
      const early = kind.early && session !== undefined;
      const client = dial({
        secureContext,
        ...(session === undefined ? {} : { session }),
        ...(early ? { earlyData: QUESTION } : {}),
      });
      /** @type {string | undefined} */
      let wrong = 'closed before the answer';
      client.on('session', (/** @type {Buffer} */ ticket) => {
        if (kind.resumes) sessions.put(ticket);
      });
      client.once('secureConnect', () => {
        if (!early) client.write(QUESTION);
      });
      client.once('data', (/** @type {Buffer} */ data) => {
        wrong = judge(client, kind, session !== undefined, data);
        if (drop) client.destroy();
        else client.end();
      });
      client.once('error', (error) => {
        wrong = String(error);
      });
      client.once('close', () => resolve(wrong));
    });
  return { kind, connect, close };
}

/** Sessions to be resumed, the oldest first. */
class Sessions {
  /** @type {{ readonly ticket: Buffer, readonly until: number }[]} */
  #kept = [];

  /** @param {Buffer} ticket */
  put(ticket) {
    if (this.#kept.length < KEPT) this.#kept.push({ ticket, until: Date.now() + FRESH });
  }

  /** None when all that are kept may be refused for their age. */
  take() {
    for (let next = this.#kept.shift(); next !== undefined; next = this.#kept.shift()) {
      if (next.until > Date.now()) return next.ticket;
    }
    return undefined;
  }
}

/**
 * @param {TLSSocket} client
 * @param {Kind} kind
 * @param {boolean} offered a session
 * @param {Buffer} data
 */
function judge(client, { version, early }, offered, data) {
  if (client.getProtocol() !== version) return `speaks ${client.getProtocol()}`;
  if (!client.authorized) return 'the chain was not verified';
  if (client.isSessionReused() !== offered) return offered ? 'the session was not resumed' : 'a session was resumed';
  if (early && offered && client.earlyData !== 'accepted') return `early data was ${client.earlyData}`;
  return data.equals(ANSWER) ? undefined : `the answer was ${data.length} bytes`;
}

/**
 * @param {import('../../../dist/node/index.js').ServerOptions} options
 * @param {(socket: TLSSocket) => void} accept
 * @returns {Promise<{ readonly dial: Dial, readonly close: () => Promise<unknown> }>}
 */
async function socketServer(options, accept) {
  const { port, close } = await listening(options, accept);
  return { dial: (more) => hellofin.connect({ ...WHOM, port, ...more }), close };
}

/** The same without a network. @type {typeof socketServer} */
async function memoryServer(options, accept) {
  return {
    dial(more) {
      const [near, far] = pair();
      const server = new hellofin.TLSSocket(far, { ...options, isServer: true });
      server.once('secure', () => accept(server));
      server.on('error', ignore);
      return hellofin.connect({ ...WHOM, socket: near, ...more });
    },
    close: async () => undefined,
  };
}
