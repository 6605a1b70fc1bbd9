import { concat } from '../../bytes/index.ts';
import { type CryptoProvider, HASH_LENGTH, type Hash, type HashName } from '../../crypto/index.ts';
import { HANDSHAKE_TYPES } from '../registry/handshake-types.ts';

/**
 * The transcript of handshake messages and its running hash (RFC 8446 section 4.4.1). Messages are kept raw until
 * the cipher suite, and with it the hash, is known.
 */
export class Transcript {
  readonly #crypto: CryptoProvider;
  #raw: Uint8Array[] = [];
  #hash: { readonly name: HashName; state: Hash } | undefined;

  constructor(crypto: CryptoProvider) {
    this.#crypto = crypto;
  }

  /** Adds a whole handshake message, header included. The bytes must not change afterwards. */
  append(message: Uint8Array): void {
    if (this.#hash === undefined) this.#raw.push(message);
    else this.#hash.state.update(message);
  }

  /** Fixes the hash function. A second call with the same one changes nothing. */
  start(name: HashName): void {
    if (this.#hash !== undefined) {
      if (this.#hash.name !== name) throw new Error(`transcript already uses ${this.#hash.name}`);
      return;
    }
    const state = this.#crypto.hash(name);
    for (const message of this.#raw) state.update(message);
    this.#raw = [];
    this.#hash = { name, state };
  }

  /** Replaces all that was hashed by a synthetic message_hash message, as a HelloRetryRequest demands. */
  replaceWithMessageHash(): void {
    const { name, state } = this.#started();
    const header = Uint8Array.of(HANDSHAKE_TYPES.message_hash, 0, 0, HASH_LENGTH[name]);
    const synthetic = concat([header, state.digest()]);
    this.#hash = { name, state: this.#crypto.hash(name).update(synthetic) };
  }

  /** The hash of everything so far; the transcript goes on. */
  digest(): Uint8Array {
    return this.#started().state.copy().digest();
  }

  /** The hash with `message` behind everything so far; the transcript goes on without it. */
  digestWith(message: Uint8Array): Uint8Array {
    return this.#started().state.copy().update(message).digest();
  }

  #started(): { readonly name: HashName; state: Hash } {
    if (this.#hash === undefined) throw new Error('transcript hash asked for before the cipher suite is known');
    return this.#hash;
  }
}
