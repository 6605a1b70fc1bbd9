import type { Allocator } from '../../bytes/index.ts';
import type { CryptoProvider } from '../../crypto/index.ts';
import { TlsError, type TlsErrorCode } from '../error.ts';
import type { Level, Trace } from '../events.ts';
import type { Tls12Keys } from '../key-schedule/tls12.ts';
import type { TrafficSecret } from '../key-schedule/tls13.ts';
import type { AlertName } from '../registry/alerts.ts';
import { VERSIONS, versionName } from '../registry/versions.ts';
import { CbcProtection } from './cbc-protection.ts';
import { CONTENT_TYPES, contentTypeName } from './content-type.ts';
import { type RawRecord, RecordFramer } from './framing.ts';
import { MAX_CHANGE_CIPHER_SPECS, MAX_EMPTY_RECORDS, MAX_PLAINTEXT, RECORD_HEADER_LENGTH } from './limits.ts';
import { RecordProtection } from './protection.ts';
import { type Tls12Protection, tls12Protection } from './tls12-protection.ts';

/** Content of one record, unprotected. `type` is handshake, alert or application_data. */
export interface Content {
  readonly type: number;
  readonly level: Level;
  readonly bytes: Uint8Array;
}

const SPEC = 'RFC 8446 section 5';

/** The tag of nearly every suite, in bytes: the keys of early data that is skipped are not known. */
const TAG_LENGTH = 16;

function recordError(code: TlsErrorCode, alert: AlertName, message: string, spec = SPEC): TlsError {
  return new TlsError({ code, alert, fault: 'peer', message, spec });
}

/** The receiving half of the record layer: bytes in, contents out (RFC 8446 section 5). */
export class RecordReadSide {
  /** Where the keys stand. */
  level: Level = 'initial';
  /** change_cipher_spec is dropped while this is set: from the first ClientHello to the peer's Finished. */
  allowChangeCipherSpec = false;
  readonly #crypto: CryptoProvider;
  readonly #framer: RecordFramer;
  readonly #trace: Trace | undefined;
  #protection: RecordProtection | Tls12Protection | undefined;
  /** Keys that the next change_cipher_spec begins. */
  #awaited: Tls12Keys | undefined;
  #isTls12 = false;
  #maxInner = MAX_PLAINTEXT + 1;
  #sawProtected = false;
  #changeCipherSpecs = 0;
  #emptyRecords = 0;
  #forgotten = false;
  #skipping = false;
  #skipLimit = 0;
  #skipped = 0;
  #between: () => boolean = () => true;

  constructor(crypto: CryptoProvider, alloc: Allocator, trace: Trace | undefined) {
    this.#crypto = crypto;
    this.#framer = new RecordFramer(alloc);
    this.#trace = trace;
  }

  get buffered(): number {
    return this.#framer.buffered;
  }

  push(bytes: Uint8Array): void {
    this.#framer.push(bytes);
  }

  setKey(level: Level, secret: TrafficSecret): void {
    this.level = level;
    this.#protection = new RecordProtection(this.#crypto, secret);
  }

  /**
   * From now on records say TLS 1.2, and a change_cipher_spec stands only where it changes keys (RFC 5246 sections 6.2.1
   * and 7.1).
   */
  requireTls12(): void {
    this.#isTls12 = true;
    this.allowChangeCipherSpec = false;
  }

  /** The peer's change_cipher_spec has to come next, and begins these keys. */
  expectChangeCipherSpec(keys: Tls12Keys): void {
    this.#awaited = keys;
  }

  /** Drops the keys: nothing is read any more (RFC 8446 section 6.2). */
  forget(): void {
    this.#forgotten = true;
    this.#protection = undefined;
  }

  /** Holds the peer to the record_size_limit that both agreed on, content type and padding included (RFC 8449). */
  limitInner(limit: number): void {
    this.#maxInner = limit;
  }

  /**
   * Tolerates records of early data that this server will not read (RFC 8446 section 4.2.10).
   * @param limit bytes of it, 0 for none.
   * @param between whether a record may stand here: not inside a handshake message (RFC 8446 section 5.1).
   */
  skipEarlyData(limit: number, between: () => boolean): void {
    this.#skipping = limit > 0;
    this.#skipLimit = limit;
    this.#between = between;
  }

  /** The next content, or `undefined` until more bytes come. */
  next(): Content | undefined {
    for (;;) {
      const record = this.#forgotten ? undefined : this.#framer.next();
      if (record === undefined) return undefined;
      const content = this.#read(record);
      if (content === undefined) continue;
      if (content.bytes.length === 0) this.#countEmpty(content.type);
      else if (content.type === CONTENT_TYPES.application_data) this.#emptyRecords = 0;
      return content;
    }
  }

  #read(record: RawRecord): Content | undefined {
    if (this.#isTls12 && record.legacyVersion !== VERSIONS.tls12) throw otherVersion(record);
    if (record.type === CONTENT_TYPES.change_cipher_spec) return this.#changeCipherSpec(record);
    if (this.#protection === undefined) return this.#plaintext(record);
    if (!(this.#protection instanceof RecordProtection)) return this.#openTls12(record, this.#protection);
    if (record.type === CONTENT_TYPES.alert && !this.#sawProtected) return this.#plaintext(record);
    if (record.type !== CONTENT_TYPES.application_data) throw this.#unexpected(record, 'application_data (protected)');
    return this.#open(record, this.#protection);
  }

  #plaintext(record: RawRecord): Content | undefined {
    const bytes = record.bytes.subarray(RECORD_HEADER_LENGTH);
    if (record.type === CONTENT_TYPES.application_data && this.#skip(bytes.length)) return undefined;
    if (record.type !== CONTENT_TYPES.handshake && record.type !== CONTENT_TYPES.alert) {
      throw this.#unexpected(record, 'handshake or alert');
    }
    if (bytes.length > MAX_PLAINTEXT) {
      throw recordError('RECORD_OVERFLOW', 'record_overflow', `plaintext of ${bytes.length} bytes`, `${SPEC}.1`);
    }
    this.#emit(record, 'initial', undefined, bytes.length, 0);
    return { type: record.type, level: 'initial', bytes };
  }

  #open(record: RawRecord, protection: RecordProtection): Content | undefined {
    const encrypted = record.bytes.subarray(RECORD_HEADER_LENGTH);
    const inner = protection.open(record.bytes.subarray(0, RECORD_HEADER_LENGTH), encrypted);
    if (inner === null) {
      if (this.#skip(encrypted.length)) return undefined;
      throw this.#notAuthentic(record, `${SPEC}.2`);
    }
    this.#framer.recycle(record);
    this.#skipping = false;
    this.#sawProtected = true;
    if (inner.length > this.#maxInner) {
      const got = `inner plaintext of ${inner.length} bytes, at most ${this.#maxInner}`;
      throw recordError('RECORD_OVERFLOW', 'record_overflow', got, 'RFC 8446 section 5.4, RFC 8449 section 4');
    }
    let end = inner.length - 1;
    while (end >= 0 && inner[end] === 0) end--;
    if (end < 0) throw recordError('UNEXPECTED_RECORD', 'unexpected_message', 'record of padding only', `${SPEC}.4`);
    const type = inner[end] ?? 0;
    if (type < CONTENT_TYPES.alert || type > CONTENT_TYPES.application_data) {
      const got = `protected content of type ${contentTypeName(type)}`;
      throw recordError('UNEXPECTED_RECORD', 'unexpected_message', got, `${SPEC}.2`);
    }
    this.#emit(record, this.level, type, end, inner.length - 1 - end);
    return { type, level: this.level, bytes: inner.subarray(0, end) };
  }

  /** The content type is visible; with it the record is authentic or not. */
  #openTls12(record: RawRecord, protection: Tls12Protection): Content {
    const { type } = record;
    if (type < CONTENT_TYPES.alert || type > CONTENT_TYPES.application_data) {
      throw this.#unexpected(record, 'alert, handshake or application_data');
    }
    const bytes = protection.open(record.bytes);
    if (bytes === null) throw this.#notAuthentic(record, 'RFC 5246 section 6.2.3.3');
    this.#framer.recycle(record);
    const max = Math.min(this.#maxInner, MAX_PLAINTEXT);
    if (bytes.length > max) {
      const got = `plaintext of ${bytes.length} bytes, at most ${max}`;
      throw recordError('RECORD_OVERFLOW', 'record_overflow', got, 'RFC 5246 section 6.2.1, RFC 8449 section 4');
    }
    this.#emit(record, this.level, type, bytes.length, 0);
    return { type, level: this.level, bytes };
  }

  #notAuthentic(record: RawRecord, spec: string): TlsError {
    this.#emit(record, this.level, undefined, record.bytes.length - RECORD_HEADER_LENGTH, 0);
    return recordError('BAD_RECORD_MAC', 'bad_record_mac', 'record does not decrypt', spec);
  }

  /** Begins the keys of TLS 1.2, or is dropped: one for middleboxes says nothing (RFC 8446 section 5). */
  #changeCipherSpec(record: RawRecord): undefined {
    const valid = record.bytes.length === RECORD_HEADER_LENGTH + 1 && record.bytes[RECORD_HEADER_LENGTH] === 1;
    if (valid && this.#awaited !== undefined) {
      this.#emit(record, 'initial', undefined, 1, 0);
      this.level = 'application';
      this.#protection = tls12Protection(this.#crypto, this.#awaited);
      if (this.#protection instanceof CbcProtection) this.#framer.allowCbc();
      this.#awaited = undefined;
      return;
    }
    if (!valid || !this.allowChangeCipherSpec) throw this.#unexpected(record, 'no change_cipher_spec');
    if (++this.#changeCipherSpecs > MAX_CHANGE_CIPHER_SPECS) {
      throw recordError(
        'LIMIT_EXCEEDED',
        'unexpected_message',
        `more than ${MAX_CHANGE_CIPHER_SPECS} change_cipher_spec`,
      );
    }
    this.#emit(record, 'initial', undefined, 1, 0);
  }

  #skip(length: number): boolean {
    if (!this.#skipping || !this.#between()) return false;
    // Charged as plaintext: without content type and tag; a record of nothing costs something too.
    this.#skipped += Math.max(1, length - TAG_LENGTH - 1);
    if (this.#skipped <= this.#skipLimit) return true;
    const message = `more than ${this.#skipLimit} bytes of early data, or a record that does not decrypt`;
    throw recordError('LIMIT_EXCEEDED', 'unexpected_message', message, 'RFC 8446 section 4.2.10');
  }

  /** Only application data may be empty, and not without end (RFC 8446 section 5.1). */
  #countEmpty(type: number): void {
    if (type !== CONTENT_TYPES.application_data) {
      throw recordError(
        'UNEXPECTED_RECORD',
        'unexpected_message',
        `empty ${contentTypeName(type)} record`,
        `${SPEC}.1`,
      );
    }
    if (++this.#emptyRecords > MAX_EMPTY_RECORDS) {
      const message = `more than ${MAX_EMPTY_RECORDS} empty records in a row`;
      throw recordError('LIMIT_EXCEEDED', 'unexpected_message', message, `${SPEC}.1`);
    }
  }

  #unexpected(record: RawRecord, expected: string): TlsError {
    const message = `got a record of type ${contentTypeName(record.type)}, expected ${expected}`;
    return recordError('UNEXPECTED_RECORD', 'unexpected_message', message);
  }

  #emit(record: RawRecord, level: Level, innerType: number | undefined, contentLength: number, padding: number): void {
    this.#trace?.({
      kind: 'record',
      direction: 'received',
      level,
      contentType: contentTypeName(record.type),
      ...(innerType === undefined ? {} : { innerType: contentTypeName(innerType) }),
      legacyVersion: record.legacyVersion,
      span: { start: record.offset, end: record.offset + record.bytes.length },
      contentLength,
      padding,
    });
  }
}

function otherVersion({ legacyVersion }: RawRecord): TlsError {
  const message = `record version is ${versionName(legacyVersion)}, expected TLS 1.2`;
  return recordError('UNEXPECTED_RECORD', 'protocol_version', message, 'RFC 5246 section 6.2.1');
}
