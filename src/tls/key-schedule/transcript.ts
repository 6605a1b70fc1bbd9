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
  #keepsRaw = false;
  /** Of everything so far, once it was asked for: several secrets come from one. */
  #digest: Uint8Array | undefined;
  #isOver = false;

  constructor(crypto: CryptoProvider) {
    this.#crypto = crypto;
  }

  /** Adds a whole handshake message, header included. The bytes must not change afterwards. */
  append(message: Uint8Array): void {
    if (this.#isOver) return;
    this.#digest = undefined;
    if (this.#hash === undefined || this.#keepsRaw) this.#raw.push(message);
    this.#hash?.state.update(message);
  }

  /** Fixes the hash function. A second call with the same one changes nothing. */
  start(name: HashName): void {
    if (this.#hash !== undefined) {
      if (this.#hash.name !== name) throw new Error(`transcript already uses ${this.#hash.name}`);
      return;
    }
    const state = this.#crypto.hash(name);
    for (const message of this.#raw) state.update(message);
    if (!this.#keepsRaw) this.#raw = [];
    this.#hash = { name, state };
  }

  /**
   * Keeps the messages beside their hash: a CertificateVerify of TLS 1.2 signs them, with a hash that its scheme chooses
   * (RFC 5246 section 7.4.8). To be called before {@link start}.
   */
  keepRaw(): void {
    this.#keepsRaw = true;
  }

  /** All messages so far, which are not kept any longer. */
  takeRaw(): Uint8Array {
    const messages = concat(this.#raw);
    this.dropRaw();
    return messages;
  }

  /** Nobody will sign the messages. */
  dropRaw(): void {
    this.#keepsRaw = false;
    this.#raw = [];
  }

  /** Forgets everything: the handshake is over, and nothing that comes behind it is hashed but by a {@link fork}. */
  end(): void {
    this.#isOver = true;
    this.#hash = undefined;
    this.#digest = undefined;
    this.dropRaw();
  }

  /** Replaces all that was hashed by a synthetic message_hash message, as a HelloRetryRequest demands. */
  replaceWithMessageHash(): void {
    const { name, state } = this.#started();
    const header = Uint8Array.of(HANDSHAKE_TYPES.message_hash, 0, 0, HASH_LENGTH[name]);
    const synthetic = concat([header, state.digest()]);
    this.#digest = undefined;
    this.#hash = { name, state: this.#crypto.hash(name).update(synthetic) };
  }

  /** A transcript of its own that goes on from here. @throws Error before the hash is known */
  fork(): Transcript {
    const { name, state } = this.#started();
    const fork = new Transcript(this.#crypto);
    fork.#hash = { name, state: state.copy() };
    return fork;
  }

  /** The hash of everything so far, which is not to be changed; the transcript goes on. */
  digest(): Uint8Array {
    this.#digest ??= this.#started().state.copy().digest();
    return this.#digest;
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
