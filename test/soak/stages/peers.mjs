/** Hostile peers over sockets, all kinds of them at once: each victim has to name its limit, in time. */
import { once } from 'node:events';
import net from 'node:net';
import * as hellofin from '../../../dist/node/index.js';
import { Attacker } from '../attacker.mjs';
import { ALIVE, ATTACKS, HELD_UP, LAST, TIMEOUT } from '../attacks.mjs';
import { clientContext, Failures, listening, SERVER_CREDENTIAL, serverContext, WHOM } from '../setup.mjs';

/** Milliseconds of a handshake that has to time out: two bytes at one a second. */
const PATIENCE = 2_500;

/** Milliseconds of an attack in all; more, and it goes on without end. */
const TOO_LONG = 600_000;

/** Bytes that a victim may hold for a peer that reads nothing. */
const HELD = 2 ** 20;

const CASES = ATTACKS.flatMap((attack) =>
  attack.victims.flatMap((victim) => attack.versions.map((version) => ({ ...attack, victim, version }))),
);

/** @typedef {typeof CASES[number]} Case */
/** @typedef {import('../setup.mjs').TLSSocket} TLSSocket */

/** @type {import('../stages.mjs').Stage} */
export const peers = {
  unit: 'attacks',
  async run(amount, tell) {
    const failures = new Failures();
    /** @type {Record<string, number>} */
    const figures = { kinds: CASES.length };
    const contexts = { server: serverContext(), client: clientContext() };
    let done = 0;
    for (let more = true; more && done < amount; ) {
      const round = CASES.slice(0, Math.min(CASES.length, amount - done));
      const codes = await Promise.all(round.map((one) => attack(one, contexts)));
      round.forEach(({ name, victim, version, code }, i) => {
        const got = codes[i] ?? '';
        if (got !== code) failures.add(`${victim} of ${version}, whose peer ${name}: ${got}, expected ${code}`);
        figures[got] = (figures[got] ?? 0) + 1;
      });
      done += round.length;
      more = await tell(done);
    }
    return { figures, failures: failures.all };
  },
};

/**
 * One attack; what the victim names.
 * @param {Case} one
 * @param {{ readonly server: hellofin.SecureContext, readonly client: hellofin.SecureContext }} contexts
 * @returns {Promise<string>}
 */
async function attack(one, contexts) {
  /** @type {Victim} */
  const victim = new Victim(one.code === HELD_UP);
  // Others do the handshake, all at once and perhaps on a machine that is busy.
  const handshakeTimeout = one.code === TIMEOUT ? PATIENCE : TOO_LONG;
  /** @type {() => Promise<unknown>} */
  let close;
  /** @type {net.Socket} */
  let socket;
  if (one.victim === 'server') {
    const options = { secureContext: contexts.server, handshakeTimeout };
    const place = await listening(options, (accepted) => victim.is(accepted));
    place.server.on('tlsClientError', (error) => victim.failed(error));
    socket = net.connect(place.port, '127.0.0.1');
    close = place.close;
  } else {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (server.address());
    const options = {
      ...WHOM,
      port,
      secureContext: contexts.client,
      handshakeTimeout,
      postHandshakeAuth: true,
    };
    victim.is(hellofin.connect(options));
    [socket] = await once(server, 'connection');
    close = () => new Promise((resolve) => server.close(resolve));
  }
  const attacker = new Attacker(socket, one.victim === 'server' ? 'client' : 'server', one.version, SERVER_CREDENTIAL);
  const timer = setTimeout(() => victim.failed(new Error(`nothing after ${TOO_LONG / 1000} s`)), TOO_LONG);
  const played = one.play(attacker);
  if (one.code === HELD_UP) {
    await played;
    victim.measure();
  }
  const code = await victim.end;
  clearTimeout(timer);
  attacker.destroy();
  victim.destroy();
  await close();
  return code;
}

/** The end that is attacked. */
class Victim {
  end;
  /** @type {(code: string) => void} */
  #name = () => undefined;
  #echoes;
  /** @type {TLSSocket | undefined} */
  #socket;

  /** @param {boolean} echoes what it gets, in place of dropping it */
  constructor(echoes) {
    this.#echoes = echoes;
    /** @type {Promise<string>} */
    this.end = new Promise((resolve) => {
      this.#name = resolve;
    });
  }

  /** @param {TLSSocket} socket */
  is(socket) {
    this.#socket = socket;
    socket.on('error', (error) => this.failed(error));
    socket.on('end', () => this.#name('no error'));
    if (this.#echoes) socket.pipe(socket);
    else {
      socket.on('data', (/** @type {Buffer} */ data) => {
        if (data.includes(LAST)) this.#name(ALIVE);
      });
    }
  }

  /** @param {Error & { code?: string }} error */
  failed(error) {
    this.#name(error.code ?? error.message);
  }

  /** What it holds for a peer that takes nothing, the transport included. */
  measure() {
    const socket = this.#socket;
    if (socket === undefined) return;
    const below = /** @type {net.Socket} */ (Reflect.get(socket, 'transport'));
    const held = [socket, below].reduce((sum, end) => sum + end.readableLength + end.writableLength, 0);
    this.#name(held <= HELD ? HELD_UP : `${held} bytes held`);
  }

  destroy() {
    this.#socket?.destroy();
  }
}
