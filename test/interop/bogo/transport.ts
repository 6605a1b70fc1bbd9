/** An engine on a TCP connection, driven step by step as the runner's own shim drives its library. */
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Request, TlsConnection } from '../../../src/tls/index.ts';
import type { Options } from './options.ts';

/** Opens the connection to the runner and says who is there. */
export function dial(options: Options): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      port: options.port,
      host: options.ipv6 ? '::1' : '127.0.0.1',
      noDelay: true,
      allowHalfOpen: true,
    });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      const id = Buffer.alloc(8);
      id.writeBigUInt64LE(options.shimId);
      socket.write(id);
      resolve(socket);
    });
  });
}

/** What an exchange needs of a transport. */
export interface Channel {
  /** Runs until the handshake is complete. @throws TlsError */
  handshake(): Promise<void>;
  /** Up to `size` bytes of application data; `undefined` when there will be none any more. @throws TlsError */
  read(size: number): Promise<Uint8Array | undefined>;
  /** Sends application data. */
  write(data: Uint8Array): void;
  /** Sends early data, where the engine has not sent it itself. */
  writeEarly(data: Uint8Array): void;
  /** Lets one byte of what comes next through and holds the rest back until {@link Channel.release}. */
  hold(): void;
  /** Sends what was held back. */
  release(): void;
  /** Writes what the engine has for the peer. */
  flush(): void;
  /** Closes for writing and waits until the runner has closed too, so that it gets everything that was written. */
  finish(): Promise<void>;
}

/** What comes from a socket, as it is asked for. */
export class Arrivals {
  readonly #socket: Socket;
  readonly #chunks: Uint8Array[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('data', (chunk) => {
      this.#chunks.push(chunk);
      this.#wake();
    });
    // A reset is an end: what matters is what the engine makes of it.
    socket.on('end', end).on('error', end).on('close', end);
  }

  /** Whether nothing is left and nothing more will come. */
  get done(): boolean {
    return this.#ended && this.#chunks.length === 0;
  }

  /** The next chunk, `undefined` at the end. */
  async next(): Promise<Uint8Array | undefined> {
    if (this.#chunks.length === 0 && !this.#ended) await this.#arrival();
    return this.#chunks.shift();
  }

  /** Puts back what was not used. */
  unread(chunk: Uint8Array): void {
    this.#chunks.unshift(chunk);
  }

  /** Closes for writing and waits for the peer's end. */
  async finish(): Promise<void> {
    this.#socket.end();
    while (!this.#ended) await this.#arrival();
    this.#socket.destroy();
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Reads, writes and waits on behalf of one engine. */
export class Transport implements Channel {
  readonly #socket: Socket;
  readonly #engine: TlsConnection;
  readonly #answer: (request: Request) => void;
  readonly #async: boolean;
  readonly #arrivals: Arrivals;
  #data: Uint8Array[] = [];
  #told = false;
  #held: Uint8Array[] | undefined;

  /** @param answer answers a pending request of `engine`. */
  constructor(socket: Socket, engine: TlsConnection, async: boolean, answer: (request: Request) => void) {
    this.#socket = socket;
    this.#engine = engine;
    this.#async = async;
    this.#answer = answer;
    this.#arrivals = new Arrivals(socket);
  }

  async handshake(): Promise<void> {
    this.flush();
    // A server that takes early data answers it before the handshake is complete.
    while (!this.#engine.handshakeComplete && !this.#engine.writable) await this.#step();
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
      if (this.#engine.readClosed && this.#engine.error === undefined) return undefined;
      if (this.#engine.error?.code === 'CONNECTION_TRUNCATED') return undefined;
      await this.#step();
    }
  }

  write(data: Uint8Array): void {
    this.#engine.write(data);
    this.flush();
  }

  writeEarly(): void {
    // It stands behind the ClientHello already.
  }

  hold(): void {
    this.#held = [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const bytes of held) this.#socket.write(bytes);
    this.flush();
  }

  flush(): void {
    for (const bytes of this.#engine.takeOutput()) {
      if (this.#held === undefined) this.#socket.write(bytes);
      else if (this.#held.length > 0) this.#held.push(bytes);
      else {
        this.#socket.write(bytes.subarray(0, 1));
        this.#held.push(bytes.subarray(1));
      }
    }
  }

  finish(): Promise<void> {
    return this.#arrivals.finish();
  }

  /** One thing that can happen: an answer, bytes, their end. @throws TlsError when it ended the connection */
  async #step(): Promise<void> {
    const engine = this.#engine;
    const { request } = engine;
    if (request !== undefined) {
      if (this.#async) await setImmediate();
      this.#answer(request);
    } else {
      const chunk = await this.#arrivals.next();
      if (chunk !== undefined) this.#receive(chunk);
      else if (!this.#told) {
        this.#told = true;
        engine.receiveEnd();
      } else throw new Error('the transport ended and the engine waits for more');
    }
    this.flush();
    this.#data.push(...engine.takeEarlyData(), ...engine.takeData());
    const { error } = engine;
    if (error !== undefined && !(error.code === 'CONNECTION_TRUNCATED' && engine.handshakeComplete)) throw error;
  }

  /** Asynchronous runs get a byte at a time, as the runner's own shim lets through. */
  #receive(chunk: Uint8Array): void {
    const rest = this.#async ? chunk.subarray(1) : chunk.subarray(chunk.length);
    if (rest.length > 0) this.#arrivals.unread(rest);
    this.#engine.receive(this.#async ? chunk.subarray(0, 1) : chunk);
  }
}
