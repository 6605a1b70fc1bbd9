import { EMPTY } from '../../bytes/index.ts';
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, type Aead, type CryptoProvider } from '../../crypto/index.ts';
import type { AeadKeys, Tls12Keys } from '../key-schedule/tls12.ts';
import { CbcProtection } from './cbc-protection.ts';
import { RECORD_HEADER_LENGTH } from './limits.ts';
import { SequenceNumber } from './sequence.ts';

/** Record protection of one direction of TLS 1.2. */
export type Tls12Protection = AeadProtection | CbcProtection;

/** The protection that a suite has. */
export function tls12Protection(crypto: CryptoProvider, keys: Tls12Keys): Tls12Protection {
  return 'iv' in keys ? new AeadProtection(crypto, keys) : new CbcProtection(crypto, keys);
}

/**
 * Record protection of one direction of TLS 1.2 (RFC 5246 section 6.2.3.3): the content type stays visible, and with
 * AES-GCM and CCM a part of the nonce stands in the record (RFC 5288 section 3, RFC 6655 section 3).
 */
export class AeadProtection {
  /** Bytes of the nonce in each record: sent, they are the sequence number. */
  readonly explicitNonceLength: number;
  /** Bytes that a record has beyond its content. */
  readonly #overhead: number;
  readonly #aead: Aead;
  readonly #iv: Uint8Array;
  readonly #nonce: Uint8Array;
  readonly #sequence = new SequenceNumber();

  constructor(crypto: CryptoProvider, { suite, key, iv }: AeadKeys) {
    this.#aead = crypto.aead(suite.aead, key);
    this.explicitNonceLength = suite.explicitNonceLength;
    this.#overhead = suite.explicitNonceLength + AEAD_TAG_LENGTH[suite.aead];
    this.#iv = iv;
    this.#nonce = new Uint8Array(AEAD_NONCE_LENGTH);
    this.#nonce.set(iv);
  }

  /** Records protected or opened so far. It is bounded far below 2^53 by the key-usage limits. */
  get sequence(): number {
    return this.#sequence.value;
  }

  /** Bytes of a record's fragment for `contentLength` bytes of content. */
  protectedLength(contentLength: number): number {
    return contentLength + this.#overhead;
  }

  /**
   * Encrypts a record's content.
   * @param header type, version and length as they go on the wire, and behind them room for the explicit nonce, which
   * this fills in.
   */
  seal(header: Uint8Array, content: Uint8Array): readonly Uint8Array[] {
    const additional = this.#sequence.additionalData(header, content.length);
    this.#sequence.next();
    if (this.explicitNonceLength > 0) header.set(additional.subarray(0, SequenceNumber.LENGTH), RECORD_HEADER_LENGTH);
    return this.#aead.seal(this.#nonceOf(additional), additional, content, EMPTY);
  }

  /** Decrypts a record, header included; `null` when it is not authentic. */
  open(record: Uint8Array): Uint8Array | null {
    const start = RECORD_HEADER_LENGTH + this.explicitNonceLength;
    const length = record.length - RECORD_HEADER_LENGTH - this.#overhead;
    if (length < 0) return null;
    const additional = this.#sequence.additionalData(record, length);
    // Whatever the peer counts with: its part of the nonce is what the record says.
    const explicit = this.explicitNonceLength > 0 ? record.subarray(RECORD_HEADER_LENGTH, start) : additional;
    const plaintext = this.#aead.open(this.#nonceOf(explicit), additional, record.subarray(start));
    if (plaintext !== null) this.#sequence.next();
    return plaintext;
  }

  /**
   * Salt and explicit part, or the IV with the sequence number over its last eight bytes (RFC 7905 section 2).
   * @param counter begins with the explicit part, or with the sequence number.
   */
  #nonceOf(counter: Uint8Array): Uint8Array {
    const nonce = this.#nonce;
    const iv = this.#iv;
    const { LENGTH } = SequenceNumber;
    for (let i = 0, at = AEAD_NONCE_LENGTH - LENGTH; i < LENGTH; i++, at++) {
      nonce[at] = (iv[at] ?? 0) ^ (counter[i] ?? 0);
    }
    return nonce;
  }
}
