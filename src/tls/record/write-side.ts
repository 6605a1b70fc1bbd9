import type { Allocator } from '../../bytes/index.ts';
import type { CryptoProvider } from '../../crypto/index.ts';
import type { Level, Trace } from '../events.ts';
import type { Tls12Keys } from '../key-schedule/tls12.ts';
import type { TrafficSecret } from '../key-schedule/tls13.ts';
import { VERSIONS } from '../registry/versions.ts';
import { CONTENT_TYPES, contentTypeName } from './content-type.ts';
import { MAX_PLAINTEXT, RECORD_HEADER_LENGTH } from './limits.ts';
import { RecordProtection } from './protection.ts';
import { type Tls12Protection, tls12Protection } from './tls12-protection.ts';

/**
 * The sending half of the record layer (RFC 8446 section 5). Handshake messages of one flight share records: they
 * wait until the keys change, other content comes, or the output is taken.
 */
export class RecordWriteSide {
  level: Level = 'initial';
  readonly #crypto: CryptoProvider;
  readonly #alloc: Allocator;
  readonly #trace: Trace | undefined;
  readonly #padTo: number;
  readonly #largest: number;
  #maxInner = MAX_PLAINTEXT + 1;
  #protection: RecordProtection | Tls12Protection | undefined;
  #usageLimit = Number.POSITIVE_INFINITY;
  #waiting: Uint8Array[] = [];
  #waitingLength = 0;
  #output: Uint8Array[] = [];
  #offset = 0;
  #firstRecord = true;
  #forgotten = false;

  /**
   * @param padTo pads protected plaintexts to a multiple of this many bytes; 0 for none.
   * @param largest bytes of content in a record.
   */
  constructor(
    crypto: CryptoProvider,
    alloc: Allocator,
    padTo: number,
    trace: Trace | undefined,
    largest = MAX_PLAINTEXT,
  ) {
    this.#crypto = crypto;
    this.#alloc = alloc;
    this.#padTo = padTo;
    this.#trace = trace;
    this.#largest = largest;
  }

  /** Whether the next record would be beyond what one key may protect (RFC 8446 section 5.5). */
  get keyExhausted(): boolean {
    return this.#protection !== undefined && this.#protection.sequence >= this.#usageLimit;
  }

  /** Honours the peer's record_size_limit, in TLS 1.3 content type included (RFC 8449 section 4). */
  limitInner(limit: number): void {
    this.#maxInner = Math.min(limit, MAX_PLAINTEXT + 1);
  }

  /** @param usageLimit records that may be protected before {@link keyExhausted}. */
  setKey(level: Level, secret: TrafficSecret, usageLimit: number): void {
    this.flush();
    this.level = level;
    this.#protection = new RecordProtection(this.#crypto, secret);
    this.#usageLimit = usageLimit;
  }

  /** Back to plaintext, until there is another key. */
  dropKey(): void {
    this.flush();
    this.level = 'initial';
    this.#protection = undefined;
  }

  /** Tells the peer of new keys and begins them (RFC 5246 section 7.1). */
  changeCipherSpec(keys: Tls12Keys, usageLimit: number): void {
    this.writeChangeCipherSpec();
    this.level = 'application';
    this.#protection = tls12Protection(this.#crypto, keys);
    this.#usageLimit = usageLimit;
  }

  /** Queues a handshake message, or a part of one, behind those that wait. */
  writeHandshake(message: Uint8Array): void {
    this.#waiting.push(message);
    this.#waitingLength += message.length;
  }

  writeAlert(severity: number, code: number): void {
    this.flush();
    this.#record(CONTENT_TYPES.alert, Uint8Array.of(severity, code));
  }

  /** A change_cipher_spec, never protected: TLS 1.2's, or for middleboxes (RFC 8446 appendix D.4). */
  writeChangeCipherSpec(): void {
    this.flush();
    if (this.#forgotten) return;
    this.#plaintextRecord(CONTENT_TYPES.change_cipher_spec, Uint8Array.of(1));
  }

  /** Writes at most one record of application data and tells how many bytes of `data` from `from` it took. */
  writeApplicationData(data: Uint8Array, from: number): number {
    this.flush();
    const length = Math.min(data.length - from, this.#maxFragment());
    this.#record(CONTENT_TYPES.application_data, data.subarray(from, from + length));
    return length;
  }

  /** Puts waiting handshake messages into records. */
  flush(): void {
    if (this.#waitingLength === 0) return;
    const [only] = this.#waiting;
    let bytes: Uint8Array;
    if (this.#waiting.length === 1 && only !== undefined) bytes = only;
    else {
      bytes = this.#alloc(this.#waitingLength);
      let at = 0;
      for (const message of this.#waiting) {
        bytes.set(message, at);
        at += message.length;
      }
    }
    this.#waiting = [];
    this.#waitingLength = 0;
    const max = this.#maxFragment();
    for (let at = 0; at < bytes.length; at += max) {
      this.#record(CONTENT_TYPES.handshake, bytes.subarray(at, Math.min(at + max, bytes.length)));
    }
  }

  /** What is to be written to the transport since the last call, in order. */
  takeOutput(): Uint8Array[] {
    this.flush();
    const output = this.#output;
    this.#output = [];
    return output;
  }

  /**
   * Drops the keys (RFC 8446 section 6.2). What is written afterwards is dropped too: without keys it would go out in
   * clear.
   */
  forget(): void {
    this.#forgotten = true;
    this.#protection = undefined;
  }

  /** Forgets what was not taken. */
  discard(): void {
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#output = [];
  }

  #maxFragment(): number {
    if (this.#protection === undefined) return this.#largest;
    // In TLS 1.2 the limit is the content's alone (RFC 8449 section 4).
    const hasType = this.#protection instanceof RecordProtection;
    return Math.min(this.#largest, hasType ? this.#maxInner - 1 : this.#maxInner);
  }

  #record(type: number, content: Uint8Array): void {
    if (this.#forgotten) return;
    if (this.#protection === undefined) this.#plaintextRecord(type, content);
    else if (this.#protection instanceof RecordProtection) this.#protectedRecord(this.#protection, type, content);
    else this.#tls12Record(this.#protection, type, content);
  }

  #plaintextRecord(type: number, content: Uint8Array): void {
    // The first record of a client says 0x0301 for the sake of old servers (RFC 8446 section 5.1).
    const isClientHello = this.#firstRecord && type === CONTENT_TYPES.handshake && content[0] === 1;
    const version = isClientHello ? VERSIONS.tls10 : VERSIONS.tls12;
    this.#push(type, version, content);
    this.#emit(type, undefined, version, content.length, content.length, 0);
  }

  #protectedRecord(protection: RecordProtection, type: number, content: Uint8Array): void {
    const length = this.#paddedLength(content.length + 1);
    const encrypted = length + protection.tagLength;
    const header = this.#header(CONTENT_TYPES.application_data, VERSIONS.tls12, encrypted);
    this.#output.push(header, ...protection.seal(header, content, trailer(type, length - content.length)));
    this.#firstRecord = false;
    this.#emit(
      CONTENT_TYPES.application_data,
      type,
      VERSIONS.tls12,
      encrypted,
      content.length,
      length - content.length - 1,
    );
  }

  #tls12Record(protection: Tls12Protection, type: number, content: Uint8Array): void {
    const length = protection.protectedLength(content.length);
    const header = this.#header(type, VERSIONS.tls12, length, protection.explicitNonceLength);
    this.#output.push(header, ...protection.seal(header, content));
    this.#emit(type, type, VERSIONS.tls12, length, content.length, 0);
  }

  #paddedLength(length: number): number {
    if (this.#padTo === 0) return length;
    return Math.min(Math.ceil(length / this.#padTo) * this.#padTo, Math.max(this.#maxInner, length));
  }

  #push(type: number, version: number, content: Uint8Array): void {
    const bytes = this.#alloc(RECORD_HEADER_LENGTH + content.length);
    bytes.set(this.#header(type, version, content.length));
    bytes.set(content, RECORD_HEADER_LENGTH);
    this.#output.push(bytes);
    this.#firstRecord = false;
  }

  /** @param room bytes behind the header that are filled in later. */
  #header(type: number, version: number, length: number, room = 0): Uint8Array {
    const header = this.#alloc(RECORD_HEADER_LENGTH + room);
    header[0] = type;
    header[1] = version >>> 8;
    header[2] = version & 0xff;
    header[3] = length >>> 8;
    header[4] = length & 0xff;
    return header;
  }

  #emit(
    type: number,
    innerType: number | undefined,
    legacyVersion: number,
    fragmentLength: number,
    contentLength: number,
    padding: number,
  ): void {
    const start = this.#offset;
    this.#offset += RECORD_HEADER_LENGTH + fragmentLength;
    this.#trace?.({
      kind: 'record',
      direction: 'sent',
      level: innerType === undefined ? 'initial' : this.level,
      contentType: contentTypeName(type),
      ...(innerType === undefined ? {} : { innerType: contentTypeName(innerType) }),
      legacyVersion,
      span: { start, end: this.#offset },
      contentLength,
      padding,
    });
  }
}

/** The unpadded trailers, made once. */
const TRAILERS: readonly Uint8Array[] = Array.from({ length: 24 }, (_, type) => Uint8Array.of(type));

/** The content type and the zeros behind it, `length` bytes (RFC 8446 section 5.2). */
function trailer(type: number, length: number): Uint8Array {
  const plain = TRAILERS[type];
  if (plain !== undefined && length === 1) return plain;
  const padded = new Uint8Array(length);
  padded[0] = type;
  return padded;
}
