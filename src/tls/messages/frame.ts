import { type Allocator, allocate } from '../../bytes/index.ts';
import { TlsError } from '../error.ts';
import { HANDSHAKE_TYPES, handshakeTypeName } from '../registry/handshake-types.ts';

/** Bytes before a handshake message's body: msg_type and length (RFC 8446 section 4). */
export const HANDSHAKE_HEADER_LENGTH = 4;

/** Longest body of a handshake message, in bytes, where the protocol allows 2^24-1. Go's crypto/tls has the same. */
export const MAX_MESSAGE_LENGTH = 65_536;

/** Longest body of a Certificate, compressed or not, in bytes. Go's crypto/tls has the same; OpenSSL takes 102,400. */
export const MAX_CERTIFICATE_MESSAGE_LENGTH = 262_144;

const CERTIFICATES: ReadonlySet<number> = new Set([
  HANDSHAKE_TYPES.certificate,
  HANDSHAKE_TYPES.compressed_certificate,
]);

/** One handshake message as it stands on the wire. */
export interface HandshakeFrame {
  /** HandshakeType code point. */
  readonly type: number;
  /** Header and body. */
  readonly bytes: Uint8Array;
}

/**
 * Cuts a stream of handshake bytes into messages, however records fragment or coalesce them (RFC 8446 section 5.1).
 * Call {@link next} until it gives nothing after every {@link push}: then nothing pushed is referenced any more
 * except by the messages returned, and no more than one incomplete message is held.
 */
export class HandshakeBuffer {
  readonly #alloc: Allocator;
  #bytes: Uint8Array | undefined;
  #start = 0;
  #end = 0;
  /** Whether #bytes is ours to append to, from #end on. */
  #owned = false;

  constructor(alloc: Allocator = allocate) {
    this.#alloc = alloc;
  }

  /** Whether no byte is waiting. Keys may change only then (RFC 8446 section 5.1). */
  get empty(): boolean {
    return this.#start === this.#end;
  }

  /** Bytes that wait. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Adds the content of a record. */
  push(bytes: Uint8Array): void {
    if (this.empty) {
      this.#bytes = bytes;
      this.#start = 0;
      this.#end = bytes.length;
      this.#owned = false;
    } else {
      this.#reserve(bytes.length).set(bytes, this.#end);
      this.#end += bytes.length;
    }
  }

  /**
   * The next whole message, or `undefined` until more was pushed. A message that came in one piece is a view of it.
   * @param mayBeLong whether a message of a type may come now: only such a Certificate is waited for at its full length.
   * @throws TlsError LIMIT_EXCEEDED as soon as the header declares too long a body
   */
  next(mayBeLong: (type: number) => boolean = always): HandshakeFrame | undefined {
    const bytes = this.#bytes;
    if (bytes === undefined) return undefined;
    const start = this.#start;
    const available = this.#end - start;
    if (available >= HANDSHAKE_HEADER_LENGTH) {
      const type = bytes[start] ?? 0;
      const length = ((bytes[start + 1] ?? 0) << 16) | ((bytes[start + 2] ?? 0) << 8) | (bytes[start + 3] ?? 0);
      const isLong = length > MAX_MESSAGE_LENGTH && CERTIFICATES.has(type) && mayBeLong(type);
      const limit = isLong ? MAX_CERTIFICATE_MESSAGE_LENGTH : MAX_MESSAGE_LENGTH;
      if (length > limit) throw tooLong(type, length, limit);
      const end = start + HANDSHAKE_HEADER_LENGTH + length;
      if (end <= this.#end) {
        this.#start = end;
        return { type, bytes: bytes.subarray(start, end) };
      }
    }
    if (available === 0) this.#bytes = undefined;
    else if (!this.#owned) this.#reserve(0);
    return undefined;
  }

  /** Room for `more` bytes at #end, in memory of our own. What was returned before is never written to. */
  #reserve(more: number): Uint8Array {
    const waiting = this.#end - this.#start;
    const bytes = this.#bytes;
    if (bytes !== undefined && this.#owned && this.#end + more <= bytes.length) return bytes;
    const larger = this.#alloc(Math.max(waiting + more, 2 * waiting));
    if (bytes !== undefined) larger.set(bytes.subarray(this.#start, this.#end));
    this.#bytes = larger;
    this.#start = 0;
    this.#end = waiting;
    this.#owned = true;
    return larger;
  }
}

function always(): boolean {
  return true;
}

function tooLong(type: number, length: number, limit: number): TlsError {
  const messageType = handshakeTypeName(type) ?? `handshake type ${type}`;
  return new TlsError({
    code: 'LIMIT_EXCEEDED',
    alert: 'illegal_parameter',
    fault: 'peer',
    message: `${messageType}: ${length} bytes declared, at most ${limit}`,
    spec: 'RFC 8446 section 4',
    evidence: { messageType, span: { start: 1, end: HANDSHAKE_HEADER_LENGTH } },
  });
}
