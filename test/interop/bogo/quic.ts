/**
 * The runner's stand-in for QUIC: records with a type, a level, a suite and, in clear, the secret that would protect
 * them, so that both ends are seen to agree on it.
 */
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Level, QuicHandshake, QuicOutput, Request } from '../../../src/tls/index.ts';
import { ALERTS } from '../../../src/tls/registry/alerts.ts';
import { CIPHER_SUITES } from '../../../src/tls/registry/cipher-suites.ts';
import { Mismatch } from './error.ts';
import { Unimplemented } from './flags.ts';
import { Arrivals, type Channel } from './transport.ts';

const LEVELS: readonly Level[] = ['initial', 'early', 'handshake', 'application'];
const HEADER_LENGTH = 8;
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;

/** Suite and secret of a level; none before it has keys. */
interface Keys {
  readonly suite: number;
  readonly secret: Uint8Array;
}

const NO_KEYS: Keys = { suite: 0, secret: new Uint8Array(0) };

/** Reads, writes and waits on behalf of one handshake over QUIC. */
export class QuicTransport implements Channel {
  readonly #socket: Socket;
  readonly #engine: QuicHandshake;
  readonly #async: boolean;
  readonly #answer: (request: Request) => void;
  readonly #arrivals: Arrivals;
  readonly #readKeys = new Map<Level, Keys>([['initial', NO_KEYS]]);
  readonly #writeKeys = new Map<Level, Keys>([['initial', NO_KEYS]]);
  #writeLevel: Level = 'initial';
  #input: Buffer = Buffer.alloc(0);
  #data: Uint8Array[] = [];
  #told = false;

  /** @param answer answers a pending request of `engine`. */
  constructor(socket: Socket, engine: QuicHandshake, async: boolean, answer: (request: Request) => void) {
    this.#socket = socket;
    this.#engine = engine;
    this.#async = async;
    this.#answer = answer;
    this.#arrivals = new Arrivals(socket);
  }

  async handshake(): Promise<void> {
    this.flush();
    // A server that takes early data answers it before the handshake is complete.
    while (!this.#engine.handshakeComplete && !this.#takesEarly) await this.#step();
  }

  async read(size: number): Promise<Uint8Array | undefined> {
    for (;;) {
      const [first] = this.#data;
      if (first !== undefined) {
        const rest = first.subarray(size);
        if (rest.length > 0) this.#data[0] = rest;
        else this.#data.shift();
        return first.subarray(0, size);
      }
      if (this.#arrivals.done) return undefined;
      await this.#step();
    }
  }

  get #takesEarly(): boolean {
    return this.#engine.role === 'server' && this.#engine.info.earlyData === 'accepted';
  }

  writeEarly(data: Uint8Array): void {
    this.flush();
    if (data.length > 0) this.#record('early', APPLICATION_DATA, data);
  }

  write(data: Uint8Array): void {
    this.#record('application', APPLICATION_DATA, data);
  }

  hold(): void {
    throw new Unimplemented('-read-with-unfinished-write over QUIC');
  }

  release(): void {
    // Nothing is held back.
  }

  flush(): void {
    for (const item of this.#engine.takeOutput()) this.#put(item);
    const { error } = this.#engine;
    if (error?.alert == null || this.#told) return;
    this.#told = true;
    this.#record(this.#writeLevel, ALERT, Uint8Array.of(2, ALERTS[error.alert]));
  }

  finish(): Promise<void> {
    return this.#arrivals.finish();
  }

  #put(item: QuicOutput): void {
    if (item.kind === 'handshake_data') {
      this.#record(item.level, HANDSHAKE, item.bytes);
      return;
    }
    const keys = { suite: CIPHER_SUITES[item.cipherSuite], secret: item.secret };
    (item.kind === 'read_secret' ? this.#readKeys : this.#writeKeys).set(item.level, keys);
    if (item.kind === 'write_secret') this.#writeLevel = item.level;
  }

  #record(level: Level, type: number, data: Uint8Array): void {
    const { suite, secret } = keysOf(this.#writeKeys, level);
    const header = Buffer.alloc(HEADER_LENGTH);
    header.writeUInt8(type, 0);
    header.writeUInt8(LEVELS.indexOf(level), 1);
    header.writeUInt16BE(suite, 2);
    header.writeUInt32BE(secret.length + data.length, 4);
    this.#socket.write(Buffer.concat([header, secret, data]));
  }

  async #step(): Promise<void> {
    const { request } = this.#engine;
    if (request !== undefined) {
      if (this.#async) await setImmediate();
      this.#answer(request);
    } else if (!this.#receive()) {
      if (this.#arrivals.done) throw new Error('the transport ended and the engine waits for more');
      const chunk = await this.#arrivals.next();
      if (chunk !== undefined) this.#input = Buffer.concat([this.#input, chunk]);
    }
    this.flush();
    if (this.#engine.error !== undefined) throw this.#engine.error;
  }

  /** Takes one record in, if there is a whole one. */
  #receive(): boolean {
    if (this.#input.length < HEADER_LENGTH) return false;
    const type = this.#input.readUInt8(0);
    const level = LEVELS[this.#input.readUInt8(1)];
    const end = HEADER_LENGTH + this.#input.readUInt32BE(4);
    if (level === undefined) throw new Mismatch('a record of no level');
    if (this.#input.length < end) return false;
    const suite = this.#input.readUInt16BE(2);
    const value = this.#input.subarray(HEADER_LENGTH, end);
    this.#input = this.#input.subarray(end);
    // Early data was rejected.
    if (level === 'early' && !this.#readKeys.has(level)) return true;
    const keys = keysOf(this.#readKeys, level);
    const { length } = keys.secret;
    if (suite !== keys.suite || Buffer.compare(value.subarray(0, length), keys.secret) !== 0) {
      throw new Mismatch(`the ends disagree on the keys of level ${level}`);
    }
    const content = value.subarray(length);
    if (type === HANDSHAKE) this.#engine.receive(level, content);
    else if (type === APPLICATION_DATA) this.#data.push(content);
    else throw new Mismatch(`a record of type ${type}`);
    return true;
  }
}

function keysOf(all: ReadonlyMap<Level, Keys>, level: Level): Keys {
  const keys = all.get(level);
  if (keys === undefined) throw new Mismatch(`there are no keys of level ${level}`);
  return keys;
}
