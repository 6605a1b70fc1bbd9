import { type CipherGCMTypes, createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { copy } from '../../bytes/index.ts';
import { AEAD_KEY_LENGTH, AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, type Aead, type AeadName } from '../provider.ts';
import { plain } from './bytes.ts';
import { OBJECTS_ARE_SLOW } from './public-key.ts';

/** Node accepts a GCM tag of 4 bytes unless it is told the length. */
const OPTIONS = { authTagLength: AEAD_TAG_LENGTH };

/** Bytes that are cheaper to copy than to write apart. */
const SHORT = 2048;

/** An authenticated cipher of node:crypto. */
export class NodeAead implements Aead {
  readonly #name: CipherGCMTypes;
  readonly #key: KeyObject | Uint8Array;

  constructor(name: AeadName, key: Uint8Array) {
    if (key.length !== AEAD_KEY_LENGTH[name]) throw new RangeError(`${name} key of ${key.length} bytes`);
    // The types of ChaCha20-Poly1305 and GCM differ only in name.
    this.#name = name as CipherGCMTypes;
    this.#key = OBJECTS_ARE_SLOW ? createSecretKey(key) : copy(key);
  }

  seal(nonce: Uint8Array, aad: Uint8Array, content: Uint8Array, trailer: Uint8Array): readonly Uint8Array[] {
    checkNonce(nonce);
    const cipher = createCipheriv(this.#name, this.#key, nonce, OPTIONS);
    cipher.setAAD(aad);
    const body = cipher.update(content);
    // A short body joins its tail: another part costs a write more than the copy does.
    const joined = body.length <= SHORT ? body.length : 0;
    const out = Buffer.allocUnsafe(joined + trailer.length + AEAD_TAG_LENGTH);
    if (joined > 0) out.set(body);
    if (trailer.length > 0) out.set(cipher.update(trailer), joined);
    cipher.final();
    out.set(cipher.getAuthTag(), joined + trailer.length);
    return joined === body.length ? [plain(out)] : [plain(body), plain(out)];
  }

  open(nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array | null {
    checkNonce(nonce);
    const length = ciphertext.length - AEAD_TAG_LENGTH;
    if (length < 0) return null;
    const decipher = createDecipheriv(this.#name, this.#key, nonce, OPTIONS);
    decipher.setAAD(aad);
    decipher.setAuthTag(ciphertext.subarray(length));
    const plaintext = decipher.update(ciphertext.subarray(0, length));
    try {
      decipher.final();
    } catch {
      return null;
    }
    return plain(plaintext);
  }
}

function checkNonce(nonce: Uint8Array): void {
  if (nonce.length !== AEAD_NONCE_LENGTH) throw new RangeError(`nonce of ${nonce.length} bytes`);
}
