import { gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concat, copy } from '../../bytes/index.ts';
import { unsupported } from '../der.ts';
import { AEAD_KEY_LENGTH, AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, type Aead, type AeadName } from '../provider.ts';

/** There is no CCM in the library. */
const CIPHERS = { 'aes-128-gcm': gcm, 'aes-256-gcm': gcm, 'chacha20-poly1305': chacha20poly1305 } as const;

/** An authenticated cipher of the library. */
export class NobleAead implements Aead {
  readonly #name: keyof typeof CIPHERS;
  readonly #key: Uint8Array;

  constructor(name: AeadName, key: Uint8Array) {
    if (!isKnown(name)) throw unsupported(name);
    if (key.length !== AEAD_KEY_LENGTH[name]) throw new RangeError(`${name} key of ${key.length} bytes`);
    this.#name = name;
    this.#key = copy(key);
  }

  seal(nonce: Uint8Array, aad: Uint8Array, content: Uint8Array, trailer: Uint8Array): readonly Uint8Array[] {
    return [this.#cipher(nonce, aad).encrypt(concat([content, trailer]))];
  }

  open(nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array | null {
    const cipher = this.#cipher(nonce, aad);
    if (ciphertext.length < AEAD_TAG_LENGTH[this.#name]) return null;
    try {
      return cipher.decrypt(ciphertext);
    } catch {
      // The lengths are right, so all that is left to complain of is the tag.
      return null;
    }
  }

  #cipher(nonce: Uint8Array, aad: Uint8Array) {
    if (nonce.length !== AEAD_NONCE_LENGTH) throw new RangeError(`nonce of ${nonce.length} bytes`);
    return CIPHERS[this.#name](this.#key, nonce, aad);
  }
}

function isKnown(name: AeadName): name is keyof typeof CIPHERS {
  return Object.hasOwn(CIPHERS, name);
}
