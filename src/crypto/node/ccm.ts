import { type CipherCCMTypes, createCipheriv, createDecipheriv, getCiphers } from 'node:crypto';
import { concat, copy } from '../../bytes/index.ts';
import { AEAD_KEY_LENGTH, AEAD_TAG_LENGTH, type Aead, type AeadName } from '../provider.ts';
import { checkNonce } from './aead.ts';
import { plain } from './bytes.ts';

/** Whether this Node has CCM: builds with another library than OpenSSL may not. */
export const hasCcm: boolean = getCiphers().includes('aes-128-ccm');

/**
 * An empty message that has an address: without one Node 20 runs no cipher, and makes no tag and believes any. What is
 * opened is a view of a tag at least.
 */
const NOTHING = new Uint8Array(1).subarray(1);

/** Whether a cipher is one of {@link NodeCcm}. */
export function isCcm(name: AeadName): boolean {
  return name.includes('-ccm');
}

/** CCM of node:crypto (RFC 6655): the whole message at once, and its length before. */
export class NodeCcm implements Aead {
  readonly #cipher: CipherCCMTypes;
  readonly #key: Uint8Array;
  readonly #options: { readonly authTagLength: number };

  constructor(name: AeadName, key: Uint8Array) {
    if (key.length !== AEAD_KEY_LENGTH[name]) throw new RangeError(`${name} key of ${key.length} bytes`);
    this.#cipher = key.length === 16 ? 'aes-128-ccm' : 'aes-256-ccm';
    this.#options = { authTagLength: AEAD_TAG_LENGTH[name] };
    this.#key = copy(key);
  }

  seal(nonce: Uint8Array, aad: Uint8Array, content: Uint8Array, trailer: Uint8Array): readonly Uint8Array[] {
    checkNonce(nonce);
    const plaintext = content.length + trailer.length === 0 ? NOTHING : concat([content, trailer]);
    const cipher = createCipheriv(this.#cipher, this.#key, nonce, this.#options);
    cipher.setAAD(aad, { plaintextLength: plaintext.length });
    const body = plain(cipher.update(plaintext));
    cipher.final();
    return [body, plain(cipher.getAuthTag())];
  }

  open(nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array | null {
    checkNonce(nonce);
    const length = ciphertext.length - this.#options.authTagLength;
    if (length < 0) return null;
    const decipher = createDecipheriv(this.#cipher, this.#key, nonce, this.#options);
    decipher.setAuthTag(ciphertext.subarray(length));
    decipher.setAAD(aad, { plaintextLength: length });
    try {
      const plaintext = decipher.update(ciphertext.subarray(0, length));
      decipher.final();
      return plain(plaintext);
    } catch {
      return null;
    }
  }
}
