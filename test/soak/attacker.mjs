/**
 * A peer that does the handshake by the book, over a raw socket with the engine in memory, and then sends what it wants:
 * it knows the keys.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { allocate, concat, EMPTY, fromHex } from '../../dist/bytes/index.js';
import { nodeCrypto } from '../../dist/crypto/node/index.js';
import { peerKey } from '../../dist/node/answers.js';
import { TlsConnection } from '../../dist/tls/index.js';
import { MasterSecret } from '../../dist/tls/key-schedule/tls12.js';
import { TrafficSecret } from '../../dist/tls/key-schedule/tls13.js';
import { RecordProtection } from '../../dist/tls/record/protection.js';
import { tls12Protection } from '../../dist/tls/record/tls12-protection.js';
import { TLS13_SUITES } from '../../dist/tls/registry/cipher-suites.js';
import { TLS12_SUITES } from '../../dist/tls/registry/tls12-suites.js';
import { NAME } from '../bench/setup.mjs';

/**
 * @typedef {import('node:net').Socket} Socket
 * @typedef {'TLS 1.3' | 'TLS 1.2'} Version
 * @typedef {(type: number, content: Uint8Array) => Uint8Array} Seal a record as it goes on the wire
 */

const SUITES = /** @type {const} */ (['TLS_AES_128_GCM_SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256']);

/** Types of records. */
export const TYPE = { changeCipherSpec: 20, alert: 21, handshake: 22, data: 23 };

/** Bytes written at a time, and bytes that wait here at most. */
const [BATCH, MOST] = [16_384, 2 ** 18];

/** Milliseconds between two looks at a peer that may be stuck, and those after which it is. */
const [TURN, PATIENCE] = [10, 500];

/** One hostile end of a connection. */
export class Attacker {
  /** Protects a record with the keys of after the handshake. @type {Seal} */
  seal = () => {
    throw new Error('before the handshake is done');
  };
  /** Another next traffic secret: what TLS 1.3 does behind a KeyUpdate. */
  renew = () => undefined;
  /** The first ClientHello, of either end. */
  hello = EMPTY;
  /** Sends what the engine says; replaced by those who send less of it. @type {(bytes: Uint8Array) => unknown} */
  send;
  #socket;
  #engine;
  #role;
  /** @type {string[]} */
  #keys = [];
  #serverRandom = EMPTY;
  /** @type {() => void} */
  #connected = () => undefined;
  #onConnected = new Promise((resolve) => {
    this.#connected = () => resolve(undefined);
  });

  /**
   * @param {Socket} socket
   * @param {'client' | 'server'} role its own
   * @param {Version} version
   * @param {import('../../dist/tls/index.js').Credential} credential
   */
  constructor(socket, role, version, credential) {
    this.#socket = socket;
    this.#role = role;
    this.send = (bytes) => socket.writable && socket.write(bytes);
    /** @type {import('../../dist/tls/index.js').CommonConfig} */
    const common = {
      crypto: nodeCrypto,
      versions: [version],
      cipherSuites: SUITES,
      keyLog: (line) => this.#keys.push(line),
      trace: (event) => {
        if (event.kind !== 'message') return;
        if (event.name === 'server_hello') this.#serverRandom = event.bytes.subarray(6, 38);
        if (event.name === 'client_hello') this.hello = event.bytes;
      },
    };
    this.#engine =
      role === 'client'
        ? TlsConnection.client({ ...common, serverName: NAME })
        : TlsConnection.server({ ...common, credentials: [credential] });
    socket.setNoDelay(true).on('error', () => undefined);
    socket.on('data', (/** @type {Buffer} */ data) => {
      this.#engine.receive(data);
      this.#pump();
    });
  }

  /** Begins; nothing is sent before. */
  begin() {
    this.#pump();
    return this;
  }

  /** The handshake, to its end. */
  async handshake() {
    await this.begin().#onConnected;
    this.#learn();
    return this;
  }

  /** Writes as fast as the other end takes it, until it is gone. @param {() => Uint8Array} make the next record */
  async flood(make) {
    const socket = this.#socket;
    while (socket.writable) {
      const parts = [make()];
      for (let length = parts[0]?.length ?? 0; length < BATCH; length += parts.at(-1)?.length ?? 0) parts.push(make());
      if (socket.write(concat(parts))) await new Promise((resolve) => setImmediate(resolve));
      else await Promise.race([once(socket, 'drain').catch(() => undefined), once(socket, 'close')]);
    }
  }

  /** Reads nothing any more, and writes until nothing is taken for a while. @param {() => Uint8Array} make */
  async stuff(make) {
    const socket = this.#socket.pause();
    for (let idle = 0; idle < PATIENCE && socket.writable; ) {
      if (socket.writableLength < MOST) {
        for (let i = 0; i < 64; i++) socket.write(make());
        idle = 0;
      } else idle += TURN;
      await sleep(TURN);
    }
  }

  destroy() {
    this.#socket.destroy();
  }

  #pump() {
    const engine = this.#engine;
    for (let request = engine.request; request !== undefined; request = engine.request) {
      if (request.name === 'peer_key') engine.answer(request, peerKey(request.question.leaf));
      else if (request.name === 'verdict') engine.answer(request, { accepted: true });
      else engine.answer(request, null);
    }
    const output = engine.takeOutput();
    if (output.length > 0) this.send(concat(output));
    if (engine.handshakeComplete) this.#connected();
  }

  #learn() {
    const [own, crypto] = [this.#role, nodeCrypto];
    const base = { crypto, allocate };
    const secret = (/** @type {string} */ label) =>
      fromHex(this.#keys.find((line) => line.startsWith(`${label} `))?.split(' ')[2] ?? '');
    if (this.#engine.info.version === 'TLS 1.3') {
      const suite = TLS13_SUITES[SUITES[0]];
      let traffic = new TrafficSecret({ ...base, suite }, secret(`${own.toUpperCase()}_TRAFFIC_SECRET_0`));
      let protection = new RecordProtection(crypto, traffic);
      this.seal = (type, content) => {
        const header = headerOf(TYPE.data, content.length + 17);
        return concat([header, ...protection.seal(header, content, Uint8Array.of(type))]);
      };
      this.renew = () => {
        traffic = traffic.next();
        protection = new RecordProtection(crypto, traffic);
      };
      return;
    }
    const suite = TLS12_SUITES[SUITES[1]];
    const client = fromHex(this.#keys[0]?.split(' ')[1] ?? '');
    const master = new MasterSecret({ ...base, suite }, secret('CLIENT_RANDOM'));
    const protection = tls12Protection(crypto, master.keys({ client, server: this.#serverRandom })[own]);
    this.seal = (type, content) => {
      const header = headerOf(type, protection.protectedLength(content.length), protection.explicitNonceLength);
      return concat([header, ...protection.seal(header, content)]);
    };
    // Finished was the first.
    this.seal(TYPE.handshake, new Uint8Array(16));
  }
}

/** A record in clear. @type {Seal} */
export function plain(type, content) {
  return concat([headerOf(type, content.length), content]);
}

/** @param {number} type @param {number} length @param {number} [room] */
function headerOf(type, length, room = 0) {
  const header = new Uint8Array(5 + room);
  header.set([type, 3, 3, length >> 8, length & 0xff]);
  return header;
}
