import { EMPTY } from '../../bytes/index.ts';
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, type Aead, type CryptoProvider } from '../../crypto/index.ts';
import type { Tls12Keys } from '../key-schedule/tls12.ts';
import { RECORD_HEADER_LENGTH } from './limits.ts';

/** seq_num, type, version, length (RFC 5246 section 6.2.3.3). */
const ADDITIONAL_DATA_LENGTH = 13;

const SEQUENCE_LENGTH = 8;

/**
 * Record protection of one direction of TLS 1.2 (RFC 5246 section 6.2.3.3): the content type stays visible, and with
 * AES-GCM a part of the nonce stands in the record (RFC 5288 section 3).
 */
export class Tls12Protection {
  /** Bytes that a record has beyond its content. */
  readonly overhead: number;
  /** Bytes of the nonce in each record: sent, they are the sequence number. */
  readonly explicitNonceLength: number;
  readonly #aead: Aead;
  readonly #iv: Uint8Array;
  readonly #nonce: Uint8Array;
  readonly #additional = new Uint8Array(ADDITIONAL_DATA_LENGTH);
  #sequence = 0;

  constructor(crypto: CryptoProvider, { suite, key, iv }: Tls12Keys) {
    this.#aead = crypto.aead(suite.aead, key);
    this.explicitNonceLength = suite.explicitNonceLength;
    this.overhead = suite.explicitNonceLength + AEAD_TAG_LENGTH;
    this.#iv = iv;
    this.#nonce = new Uint8Array(AEAD_NONCE_LENGTH);
    this.#nonce.set(iv);
  }

  /** Records protected or opened so far. It is bounded far below 2^53 by the key-usage limits. */
  get sequence(): number {
    return this.#sequence;
  }

  /**
   * Encrypts a record's content.
   * @param header type, version and length as they go on the wire, and behind them room for the explicit nonce, which
   * this fills in.
   */
  seal(header: Uint8Array, content: Uint8Array): readonly Uint8Array[] {
    const sequence = this.#sequence++;
    const additional = this.#additionalData(sequence, header, content.length);
    if (this.explicitNonceLength > 0) header.set(additional.subarray(0, SEQUENCE_LENGTH), RECORD_HEADER_LENGTH);
    return this.#aead.seal(this.#nonceOf(additional), additional, content, EMPTY);
  }

  /** Decrypts a record, header included; `null` when it is not authentic. */
  open(record: Uint8Array): Uint8Array | null {
    const start = RECORD_HEADER_LENGTH + this.explicitNonceLength;
    const length = record.length - RECORD_HEADER_LENGTH - this.overhead;
    if (length < 0) return null;
    const additional = this.#additionalData(this.#sequence, record, length);
    // Whatever the peer counts with: its part of the nonce is what the record says.
    const explicit = this.explicitNonceLength > 0 ? record.subarray(RECORD_HEADER_LENGTH, start) : additional;
    const plaintext = this.#aead.open(this.#nonceOf(explicit), additional, record.subarray(start));
    if (plaintext !== null) this.#sequence++;
    return plaintext;
  }

  #additionalData(sequence: number, header: Uint8Array, length: number): Uint8Array {
    const data = this.#additional;
    for (let i = SEQUENCE_LENGTH - 1, rest = sequence; i >= 0; i--) {
      data[i] = rest & 0xff;
      rest = Math.floor(rest / 256);
    }
    data[8] = header[0] ?? 0;
    data[9] = header[1] ?? 0;
    data[10] = header[2] ?? 0;
    data[11] = length >>> 8;
    data[12] = length & 0xff;
    return data;
  }

  /**
   * Salt and explicit part, or the IV with the sequence number over its last eight bytes (RFC 7905 section 2).
   * @param counter begins with the explicit part, or with the sequence number.
   */
  #nonceOf(counter: Uint8Array): Uint8Array {
    const nonce = this.#nonce;
    const iv = this.#iv;
    for (let i = 0, at = AEAD_NONCE_LENGTH - SEQUENCE_LENGTH; i < SEQUENCE_LENGTH; i++, at++) {
      nonce[at] = (iv[at] ?? 0) ^ (counter[i] ?? 0);
    }
    return nonce;
  }
}
