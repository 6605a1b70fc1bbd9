import { copy } from '../../bytes/index.ts';
import { AEAD_TAG_LENGTH, type Aead, type CryptoProvider } from '../../crypto/index.ts';
import type { TrafficSecret } from '../key-schedule/tls13.ts';

interface Keys {
  readonly aead: Aead;
  readonly iv: Uint8Array;
  readonly nonce: Uint8Array;
}

/** Record protection of one direction under one traffic secret (RFC 8446 sections 5.2 and 5.3). */
export class RecordProtection {
  /** Bytes that a record has beyond its inner plaintext. */
  readonly tagLength: number;
  readonly #crypto: CryptoProvider;
  readonly #secret: TrafficSecret;
  #keys: Keys | undefined;
  #sequence = 0;

  constructor(crypto: CryptoProvider, secret: TrafficSecret) {
    this.#crypto = crypto;
    this.#secret = secret;
    this.tagLength = AEAD_TAG_LENGTH[secret.suite.aead];
  }

  /** Records protected or opened so far. It is bounded far below 2^53 by the key-usage limits. */
  get sequence(): number {
    return this.#sequence;
  }

  /**
   * Encrypts a TLSInnerPlaintext: the content, and its type and padding behind it. `header` is the record's, the
   * additional data.
   */
  seal(header: Uint8Array, content: Uint8Array, trailer: Uint8Array): readonly Uint8Array[] {
    return this.#use().aead.seal(this.#nonceAt(this.#sequence++), header, content, trailer);
  }

  /** Decrypts to a TLSInnerPlaintext, or `null` when the record is not authentic. */
  open(header: Uint8Array, encrypted: Uint8Array): Uint8Array | null {
    const plaintext = this.#use().aead.open(this.#nonceAt(this.#sequence), header, encrypted);
    // A record that was skipped (early data of a rejected attempt) does not count.
    if (plaintext !== null) this.#sequence++;
    return plaintext;
  }

  /** The IV with the 64-bit sequence number over its last eight bytes. */
  #nonceAt(sequence: number): Uint8Array {
    const { iv, nonce } = this.#use();
    for (let i = 11, rest = sequence; i >= 4; i--) {
      nonce[i] = (iv[i] ?? 0) ^ (rest & 0xff);
      rest = Math.floor(rest / 256);
    }
    return nonce;
  }

  /** Made for the first record: many a direction never has one. */
  #use(): Keys {
    if (this.#keys === undefined) {
      const iv = this.#secret.iv();
      this.#keys = { aead: this.#crypto.aead(this.#secret.suite.aead, this.#secret.key()), iv, nonce: copy(iv) };
    }
    return this.#keys;
  }
}
