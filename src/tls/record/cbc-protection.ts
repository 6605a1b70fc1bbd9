import { concat, equalConstantTime } from '../../bytes/index.ts';
import { BLOCK_CIPHERS, type BlockCipher, type CryptoProvider, HASH_LENGTH } from '../../crypto/index.ts';
import type { CbcKeys } from '../key-schedule/tls12.ts';
import { RECORD_HEADER_LENGTH } from './limits.ts';
import { SequenceNumber } from './sequence.ts';

/** Most bytes of padding, its length byte included (RFC 5246 section 6.2.3.2). */
const MAX_PADDING = 256;

/**
 * Record protection of one direction of TLS 1.2 with a block cipher in CBC mode and a MAC beside it (RFC 5246 section
 * 6.2.3.2): over the plaintext, or over the ciphertext where both sides have said so (RFC 7366).
 *
 * A MAC over the plaintext is older than the attacks that tell good padding from bad by the time that a record takes
 * (Lucky Thirteen). Here the MAC is computed whatever the padding is, over as many blocks of its hash, and there is one
 * answer for both. JavaScript promises nothing about time, so this is best effort (see SECURITY.md).
 */
export class CbcProtection {
  /** Bytes of the IV in each record. */
  readonly explicitNonceLength: number;
  readonly #crypto: CryptoProvider;
  readonly #cipher: BlockCipher;
  readonly #keys: CbcKeys;
  readonly #macLength: number;
  readonly #sequence = new SequenceNumber();

  constructor(crypto: CryptoProvider, keys: CbcKeys) {
    const { legacy } = crypto;
    if (legacy === undefined) throw new Error('a suite with CBC was negotiated without a provider for it');
    const { blockCipher, mac } = keys.suite;
    this.#crypto = crypto;
    this.#cipher = legacy.blockCipher(blockCipher, keys.key);
    this.#keys = keys;
    this.#macLength = HASH_LENGTH[mac];
    this.explicitNonceLength = BLOCK_CIPHERS[blockCipher].block;
  }

  /** Records protected or opened so far. It is bounded far below 2^53 by the key-usage limits. */
  get sequence(): number {
    return this.#sequence.value;
  }

  /** Bytes of a record's fragment for `contentLength` bytes of content. */
  protectedLength(contentLength: number): number {
    const block = this.explicitNonceLength;
    const inside = contentLength + (this.#keys.encryptThenMac ? 0 : this.#macLength);
    const encrypted = inside + block - (inside % block);
    return block + encrypted + (this.#keys.encryptThenMac ? this.#macLength : 0);
  }

  /**
   * Encrypts a record's content, with as little padding as there can be.
   * @param header type, version and length as they go on the wire, and behind them room for the IV, which this fills in.
   */
  seal(header: Uint8Array, content: Uint8Array): readonly Uint8Array[] {
    const iv = this.#crypto.random(this.explicitNonceLength);
    header.set(iv, RECORD_HEADER_LENGTH);
    if (this.#keys.encryptThenMac) {
      const encrypted = this.#cipher.encrypt(iv, this.#padded([content]));
      const mac = this.#mac(header, iv.length + encrypted.length, [iv, encrypted]);
      this.#sequence.next();
      return [encrypted, mac];
    }
    const mac = this.#mac(header, content.length, [content]);
    this.#sequence.next();
    return [this.#cipher.encrypt(iv, this.#padded([content, mac]))];
  }

  /** Decrypts a record, header included; `null` when it is not authentic, for whatever reason. */
  open(record: Uint8Array): Uint8Array | null {
    const fragment = record.subarray(RECORD_HEADER_LENGTH);
    const content = this.#keys.encryptThenMac
      ? this.#openMacOutside(record, fragment)
      : this.#openMacInside(record, fragment);
    if (content !== null) this.#sequence.next();
    return content;
  }

  /** RFC 7366 section 3: what is not authentic is not decrypted. */
  #openMacOutside(record: Uint8Array, fragment: Uint8Array): Uint8Array | null {
    const end = fragment.length - this.#macLength;
    const block = this.explicitNonceLength;
    if (end < 2 * block || end % block !== 0) return null;
    const encrypted = fragment.subarray(0, end);
    if (!equalConstantTime(this.#mac(record, end, [encrypted]), fragment.subarray(end))) return null;
    const plaintext = this.#cipher.decrypt(encrypted.subarray(0, block), encrypted.subarray(block));
    const { length, isValid } = withoutPadding(plaintext, 0);
    return isValid ? plaintext.subarray(0, length) : null;
  }

  #openMacInside(record: Uint8Array, fragment: Uint8Array): Uint8Array | null {
    const block = this.explicitNonceLength;
    // Known to everybody who sees the record, so nothing is given away.
    if (fragment.length % block !== 0 || fragment.length < block + this.#macLength + 1) return null;
    const plaintext = this.#cipher.decrypt(fragment.subarray(0, block), fragment.subarray(block));
    const { length, isValid } = withoutPadding(plaintext, this.#macLength);
    const own = this.#mac(record, length, [plaintext.subarray(0, length)]);
    const isAuthentic = equalConstantTime(own, plaintext.subarray(length, length + this.#macLength));
    this.#evenOut(plaintext, length);
    return isValid && isAuthentic ? plaintext.subarray(0, length) : null;
  }

  /** Hashes as many blocks as the longest content would have taken more. */
  #evenOut(plaintext: Uint8Array, length: number): void {
    const { mac } = this.#keys.suite;
    // The length of what is hashed stands behind it, with a byte of padding (FIPS 180-4 section 5.1).
    const [size, trailer] = mac === 'sha384' ? [128, 17] : [64, 9];
    const blocks = (bytes: number) => Math.ceil((SequenceNumber.ADDITIONAL_DATA_LENGTH + bytes + trailer) / size);
    const missing = blocks(plaintext.length - this.#macLength - 1) - blocks(length);
    this.#crypto.digest(mac, new Uint8Array(missing * size));
  }

  /** @param length as the MAC says it: of what it covers. */
  #mac(header: Uint8Array, length: number, parts: readonly Uint8Array[]): Uint8Array {
    const additional = this.#sequence.additionalData(header, length);
    return this.#crypto.hmac(this.#keys.suite.mac, this.#keys.macKey, concat([additional, ...parts]));
  }

  #padded(parts: readonly Uint8Array[]): Uint8Array {
    const block = this.explicitNonceLength;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const padding = block - (length % block);
    return concat([...parts, new Uint8Array(padding).fill(padding - 1)]);
  }
}

/**
 * Where the content of a plaintext ends, and whether the padding behind it is as it has to be: every byte its length.
 * What has no room for it counts as without padding (RFC 5246 section 6.2.3.2), so that its MAC is computed too.
 * @param macLength bytes between content and padding.
 */
function withoutPadding(plaintext: Uint8Array, macLength: number): { length: number; isValid: boolean } {
  const last = plaintext.length - 1;
  const padding = plaintext[last] ?? 0;
  const fits = padding + 1 + macLength <= plaintext.length;
  let difference = 0;
  for (let i = 0; i < MAX_PADDING && i <= last; i++) {
    const isInside = i <= padding ? 0xff : 0;
    difference |= ((plaintext[last - i] ?? 0) ^ padding) & isInside;
  }
  const length = plaintext.length - macLength - 1 - (fits ? padding : 0);
  return { length, isValid: fits && difference === 0 };
}
