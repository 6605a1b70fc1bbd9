import { type Allocator, toHex, toLatin1 } from '../../bytes/index.ts';
import { TlsError } from '../error.ts';
import { ChunkQueue } from './chunk-queue.ts';
import { MAX_CIPHERTEXT, MAX_TLS12_CIPHERTEXT, RECORD_HEADER_LENGTH } from './limits.ts';

/** A record as it stood on the wire. `bytes` includes the header. */
export interface RawRecord {
  readonly type: number;
  readonly legacyVersion: number;
  readonly bytes: Uint8Array;
  /** Offset of the header in this direction's byte stream. */
  readonly offset: number;
  /** Whether it came in several chunks and was put together: in memory that {@link RecordFramer.recycle} takes back. */
  readonly assembled: boolean;
}

/** Records up to this long are put together in memory of their own length. */
const SHORT = 4096;

/** Memory for a long record that comes in several chunks; in a transfer that is one in every chunk. */
let spare: Uint8Array | undefined;

/**
 * Cuts a byte stream into records. A record that lies whole in one chunk is a view of it; only a record that is
 * split over chunks is copied, once.
 */
export class RecordFramer {
  readonly #alloc: Allocator;
  readonly #queue: ChunkQueue;
  #streamOffset = 0;
  #largest = MAX_CIPHERTEXT;
  #partial: Uint8Array | undefined;
  #have = 0;
  #header: { readonly type: number; readonly legacyVersion: number; readonly length: number } | undefined;

  constructor(alloc: Allocator) {
    this.#alloc = alloc;
    this.#queue = new ChunkQueue(alloc);
  }

  /** Bytes taken in that are not part of a record handed out. */
  get buffered(): number {
    return this.#queue.length + this.#have;
  }

  /** Records may have as much padding as there is in CBC mode. */
  allowCbc(): void {
    this.#largest = MAX_TLS12_CIPHERTEXT;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#queue.push(chunk);
  }

  /** The next whole record, or `undefined` until more bytes come. */
  next(): RawRecord | undefined {
    const chunk = this.#queue.first;
    if (chunk === undefined) return undefined;
    const { at } = this.#queue;
    if (this.#partial === undefined && chunk.length - at >= RECORD_HEADER_LENGTH) {
      const header = this.#parseHeader(chunk, at);
      if (chunk.length - at >= header.length) {
        const bytes = chunk.subarray(at, at + header.length);
        this.#queue.consume(header.length);
        return this.#record(header.type, header.legacyVersion, bytes, false);
      }
    }
    return this.#assemble();
  }

  /** Completes a record that is split over chunks. */
  #assemble(): RawRecord | undefined {
    if (this.#partial === undefined) {
      this.#partial = this.#alloc(RECORD_HEADER_LENGTH);
      this.#have = 0;
    }
    let partial = this.#fill(this.#partial);
    // The first byte alone tells most of what is not TLS: do not wait for a header that never comes.
    if (this.#streamOffset === 0) this.#refuseForeign(partial.subarray(0, this.#have));
    if (this.#have < RECORD_HEADER_LENGTH) return undefined;
    this.#header ??= this.#parseHeader(partial, 0);
    if (partial.length < this.#header.length) {
      const whole = this.#memoryFor(this.#header.length);
      whole.set(partial);
      partial = whole;
      this.#partial = whole;
    }
    this.#fill(partial);
    if (this.#have < partial.length) return undefined;
    const { type, legacyVersion } = this.#header;
    this.#partial = undefined;
    this.#header = undefined;
    this.#have = 0;
    return this.#record(type, legacyVersion, partial, true);
  }

  #fill(partial: Uint8Array): Uint8Array {
    const queue = this.#queue;
    for (let chunk = queue.first; chunk !== undefined && this.#have < partial.length; chunk = queue.first) {
      const { at } = queue;
      const length = Math.min(partial.length - this.#have, chunk.length - at);
      partial.set(chunk.subarray(at, at + length), this.#have);
      this.#have += length;
      queue.consume(length);
    }
    return partial;
  }

  /** Takes back the memory of a record that was put together and of which nobody has a view any more. */
  recycle({ bytes, assembled }: RawRecord): void {
    if (!assembled || bytes.length <= SHORT) return;
    spare = new Uint8Array(bytes.buffer, bytes.byteOffset, RECORD_HEADER_LENGTH + MAX_CIPHERTEXT);
  }

  #memoryFor(length: number): Uint8Array {
    if (length <= SHORT) return this.#alloc(length);
    const memory = spare ?? this.#alloc(RECORD_HEADER_LENGTH + MAX_CIPHERTEXT);
    spare = undefined;
    return memory.subarray(0, length);
  }

  #record(type: number, legacyVersion: number, bytes: Uint8Array, assembled: boolean): RawRecord {
    const offset = this.#streamOffset;
    this.#streamOffset += bytes.length;
    return { type, legacyVersion, bytes, offset, assembled };
  }

  #parseHeader(bytes: Uint8Array, at: number): { type: number; legacyVersion: number; length: number } {
    if (this.#streamOffset === 0) this.#refuseForeign(bytes.subarray(at, at + 16));
    const type = bytes[at] ?? 0;
    const major = bytes[at + 1] ?? 0;
    const legacyVersion = (major << 8) | (bytes[at + 2] ?? 0);
    const length = ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0);
    // RFC 8446 section 5.1 has the version ignored; a major version that TLS never had is no record of it.
    if (major !== 3) {
      throw new TlsError({
        code: 'UNEXPECTED_RECORD',
        alert: 'protocol_version',
        fault: 'peer',
        message: `record version is ${toHex(bytes.subarray(at + 1, at + 3))}, expected 03xx`,
        spec: 'RFC 8446 section 5.1',
      });
    }
    if (length > this.#largest) {
      throw new TlsError({
        code: 'RECORD_OVERFLOW',
        alert: 'record_overflow',
        fault: 'peer',
        message: `record of ${length} bytes, at most ${this.#largest} allowed`,
        spec: 'RFC 8446 section 5.2',
      });
    }
    return { type, legacyVersion, length: length + RECORD_HEADER_LENGTH };
  }

  /** The first bytes of a peer that does not speak TLS are an HTTP answer or a banner: say so, quoting them. */
  #refuseForeign(first: Uint8Array): void {
    const [type = 22, major = 3] = first;
    if (type >= 20 && type <= 23 && major === 3) return;
    const quoted = toLatin1(first).replace(/[^ -~]/g, '.');
    throw new TlsError({
      code: 'NOT_TLS',
      alert: null,
      fault: 'peer',
      message: `first bytes are ${toHex(first, ' ')} ("${quoted}"), expected a TLS record (14..17 03 ..)`,
      spec: 'RFC 8446 section 5.1',
      evidence: { messageType: 'record', span: { start: 0, end: first.length } },
    });
  }
}
