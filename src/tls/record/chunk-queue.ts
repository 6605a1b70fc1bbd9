import type { Allocator } from '../../bytes/index.ts';

/** A chunk up to this long is copied when others wait before it; a longer one is kept as it is. */
const SMALL = 1024;

/** Where small chunks are joined. */
const BLOCK = 16_384;

/**
 * Bytes that wait to be read, in the chunks they came in. A peer chooses how its bytes are cut: small chunks are
 * joined, so that neither the memory nor the time for a byte depends on it.
 */
export class ChunkQueue {
  readonly #alloc: Allocator;
  #chunks: Uint8Array[] = [];
  #head = 0;
  #at = 0;
  #length = 0;
  /** Small chunks at the end of the queue, joined. */
  #block: Uint8Array | undefined;
  #blockLength = 0;

  constructor(alloc: Allocator) {
    this.#alloc = alloc;
  }

  /** Bytes waiting. */
  get length(): number {
    return this.#length;
  }

  /** The chunk that the next byte is in; read it from {@link at} on. */
  get first(): Uint8Array | undefined {
    if (this.#head === this.#chunks.length) this.#flushBlock();
    return this.#chunks[this.#head];
  }

  /** Where in {@link first} the next byte is. */
  get at(): number {
    return this.#at;
  }

  push(chunk: Uint8Array): void {
    const joins = this.#length > 0 && chunk.length <= SMALL;
    this.#length += chunk.length;
    if (joins) this.#join(chunk);
    else {
      this.#flushBlock();
      this.#chunks.push(chunk);
    }
  }

  /** Drops `length` bytes of {@link first}. */
  consume(length: number): void {
    this.#at += length;
    this.#length -= length;
    if (this.#at !== this.#chunks[this.#head]?.length) return;
    this.#at = 0;
    this.#head++;
    if (this.#head < this.#chunks.length) return;
    this.#chunks = [];
    this.#head = 0;
  }

  #join(chunk: Uint8Array): void {
    if (this.#block === undefined || this.#blockLength + chunk.length > this.#block.length) {
      this.#flushBlock();
      this.#block = this.#alloc(BLOCK);
    }
    this.#block.set(chunk, this.#blockLength);
    this.#blockLength += chunk.length;
  }

  #flushBlock(): void {
    if (this.#block === undefined) return;
    this.#chunks.push(this.#block.subarray(0, this.#blockLength));
    this.#block = undefined;
    this.#blockLength = 0;
  }
}
