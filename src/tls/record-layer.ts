import type { HandshakeLayer, Tls12Layer } from './context.ts';
import type { Level } from './events.ts';
import type { Tls12Keys } from './key-schedule/tls12.ts';
import type { TrafficSecret } from './key-schedule/tls13.ts';
import type { RecordReadSide } from './record/read-side.ts';
import type { RecordWriteSide } from './record/write-side.ts';
import type { AlertName } from './registry/alerts.ts';

/** What the record layer needs of its connection. */
export interface RecordHost {
  /** Whether no part of a handshake message waits for its rest. */
  bufferEmpty(): boolean;
  /** Sends an alert that ends nothing. */
  warn(name: AlertName): void;
}

/** TLS records as the layer below a handshake. A class, because closures are what a connection would keep most of. */
export class RecordLayer implements HandshakeLayer, Tls12Layer {
  readonly #reads: RecordReadSide;
  readonly #writes: RecordWriteSide;
  readonly #keyUpdateAfter: number;
  readonly #host: RecordHost;

  /** @param keyUpdateAfter records under one key, where the suite's limit is not lower. */
  constructor(reads: RecordReadSide, writes: RecordWriteSide, keyUpdateAfter: number, host: RecordHost) {
    this.#reads = reads;
    this.#writes = writes;
    this.#keyUpdateAfter = keyUpdateAfter;
    this.#host = host;
  }

  get tls12(): Tls12Layer {
    return this;
  }

  writeMessage(_level: Level, message: Uint8Array): void {
    this.#writes.writeHandshake(message);
  }

  setReadKey(level: Level, secret: TrafficSecret): void {
    this.#reads.setKey(level, secret);
  }

  setWriteKey(level: Level, secret: TrafficSecret): void {
    this.#writes.setKey(level, secret, this.#usageLimit(secret));
  }

  begin(): void {
    this.#reads.requireTls12();
  }

  expectChangeCipherSpec(keys: Tls12Keys): void {
    this.#reads.expectChangeCipherSpec(keys);
  }

  changeCipherSpec(keys: Tls12Keys): void {
    this.#writes.changeCipherSpec(keys, this.#usageLimit(keys));
  }

  writeWarning(name: AlertName): void {
    this.#host.warn(name);
  }

  writeChangeCipherSpec(): void {
    this.#writes.writeChangeCipherSpec();
  }

  allowChangeCipherSpec(allowed: boolean): void {
    this.#reads.allowChangeCipherSpec = allowed;
  }

  skipEarlyData(limit: number): void {
    this.#reads.skipEarlyData(limit, () => this.#host.bufferEmpty());
  }

  dropWriteKey(): void {
    this.#writes.dropKey();
  }

  limitWrites(limit: number): void {
    this.#writes.limitInner(limit);
  }

  limitReads(limit: number): void {
    this.#reads.limitInner(limit);
  }

  #usageLimit({ suite }: TrafficSecret | Tls12Keys): number {
    return Math.min(this.#keyUpdateAfter, suite.confidentialityLimit);
  }
}
