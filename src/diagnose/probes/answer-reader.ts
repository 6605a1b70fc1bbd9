import { isAnswered, readAnswer } from './answer.ts';
import type { Change } from './change.ts';
import { FlightReader, MAX_FLIGHT } from './flight.ts';

/** Bytes of an answer that are kept where no flight is read. */
const MAX_ANSWER = 2 ** 14;

/** Collects what a peer answers to a probe, until that can be judged. */
export class AnswerReader {
  readonly #change: Change;
  #flight: FlightReader | undefined;
  #bytes = new Uint8Array(1024);
  #length = 0;

  constructor(change: Change) {
    this.#change = change;
  }

  /** What came, as far as it is kept. */
  get received(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Adds what came. @returns whether that is enough: then the connection is closed */
  push(chunk: Uint8Array): boolean {
    const isReading = this.#flight !== undefined;
    const kept = chunk.subarray(0, (isReading ? MAX_FLIGHT : MAX_ANSWER) - this.#length);
    this.#append(kept);
    if (isReading) {
      this.#flight?.push(kept);
      return this.#isOver(MAX_FLIGHT);
    }
    if (!isAnswered(this.#change, this.received)) return this.#length === MAX_ANSWER;
    if (this.#change.readsOn !== true || readAnswer(this.received).kind !== 'server_hello') return true;
    this.#flight = new FlightReader();
    this.#append(chunk.subarray(kept.length, kept.length + MAX_FLIGHT - this.#length));
    this.#flight.push(this.received);
    return this.#isOver(MAX_FLIGHT);
  }

  #isOver(limit: number): boolean {
    return this.#flight?.isOver === true || this.#length === limit;
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      larger.set(this.received);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = needed;
  }
}
