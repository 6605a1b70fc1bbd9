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

/** Reads, writes and waits on behalf of one engine. */
export class Transport {
  readonly #socket: Socket;
  readonly #engine: TlsConnection;
  readonly #answer: (request: Request) => void;
  readonly #async: boolean;
  readonly #input: Uint8Array[] = [];
  #data: Uint8Array[] = [];
  #ended = false;
  #told = false;
  #wake: () => void = () => undefined;
  #held: Uint8Array[] | undefined;

  /** @param answer answers a pending request of `engine`. */
  constructor(socket: Socket, engine: TlsConnection, async: boolean, answer: (request: Request) => void) {
    this.#socket = socket;
    this.#engine = engine;
    this.#async = async;
    this.#answer = answer;
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('data', (chunk) => {
      this.#input.push(chunk);
      this.#wake();
    });
    // A reset is an end: what matters is what the engine makes of it.
    socket.on('end', end).on('error', end).on('close', end);
  }

  /** Runs until the handshake is complete. @throws TlsError */
  async handshake(): Promise<void> {
    this.flush();
    while (!this.#engine.handshakeComplete) await this.#step();
  }

  /** Up to `size` bytes of application data; `undefined` when there will be none any more. @throws TlsError */
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

  /** Sends application data. */
  write(data: Uint8Array): void {
    this.#engine.write(data);
    this.flush();
  }

  /** Lets one byte of what comes next through and holds the rest back until {@link release}. */
  hold(): void {
    this.#held = [];
  }

  /** Sends what was held back. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const bytes of held) this.#socket.write(bytes);
    this.flush();
  }

  /** Writes what the engine has for the peer. */
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

  /** Closes for writing and waits until the runner has closed too, so that it gets everything that was written. */
  async finish(): Promise<void> {
    this.#socket.end();
    while (!this.#ended) await this.#arrival();
    this.#socket.destroy();
  }

  /** One thing that can happen: an answer, bytes, their end. @throws TlsError when it ended the connection */
  async #step(): Promise<void> {
    const engine = this.#engine;
    const { request } = engine;
    if (request !== undefined) {
      if (this.#async) await setImmediate();
      this.#answer(request);
    } else {
      const chunk = this.#input[0];
      if (chunk !== undefined) this.#receive(chunk);
      else if (!this.#ended) await this.#arrival();
      else if (!this.#told) {
        this.#told = true;
        engine.receiveEnd();
      } else throw new Error('the transport ended and the engine waits for more');
    }
    this.flush();
    this.#data.push(...engine.takeData());
    const { error } = engine;
    if (error !== undefined && !(error.code === 'CONNECTION_TRUNCATED' && engine.handshakeComplete)) throw error;
  }

  /** Asynchronous runs get a byte at a time, as the runner's own shim lets through. */
  #receive(chunk: Uint8Array): void {
    const rest = this.#async ? chunk.subarray(1) : chunk.subarray(chunk.length);
    if (rest.length > 0) this.#input[0] = rest;
    else this.#input.shift();
    this.#engine.receive(this.#async ? chunk.subarray(0, 1) : chunk);
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
