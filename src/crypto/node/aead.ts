import { type CipherGCMTypes, createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { copy } from '../../bytes/index.ts';
import { AEAD_KEY_LENGTH, AEAD_NONCE_LENGTH, type Aead, type AeadName } from '../provider.ts';
import { plain } from './bytes.ts';
import { OBJECTS_ARE_SLOW } from './public-key.ts';

/** That of GCM and of ChaCha20-Poly1305: Node accepts one of 4 bytes unless it is told. */
const TAG_LENGTH = 16;

const OPTIONS = { authTagLength: TAG_LENGTH };

/** Bytes that are cheaper to copy than to hand out apart from their tag. */
const SHORT = 2048;

/** Bytes that are cheaper to copy than to encrypt in two calls: a full record with its trailer. */
const RECORD = 16_640;

/** An authenticated cipher of node:crypto: GCM or ChaCha20-Poly1305. */
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
    const length = content.length + trailer.length;
    const isJoined = length <= RECORD && trailer.length > 0;
    const body = cipher.update(isJoined ? joined(content, trailer) : content);
    const rest = isJoined || trailer.length === 0 ? [] : [plain(cipher.update(trailer))];
    cipher.final();
    const tag = cipher.getAuthTag();
    if (length > SHORT) return [plain(body), ...rest, plain(tag)];
    const out = Buffer.allocUnsafe(length + TAG_LENGTH);
    out.set(body);
    out.set(tag, length);
    return [plain(out)];
  }

  open(nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array | null {
    checkNonce(nonce);
    const length = ciphertext.length - TAG_LENGTH;
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

const scratch = new Uint8Array(RECORD);

/** Both in memory that the next call uses again. */
function joined(content: Uint8Array, trailer: Uint8Array): Uint8Array {
  scratch.set(content);
  scratch.set(trailer, content.length);
  return scratch.subarray(0, content.length + trailer.length);
}

/** @throws RangeError for a nonce that is not one of TLS */
export function checkNonce(nonce: Uint8Array): void {
  if (nonce.length !== AEAD_NONCE_LENGTH) throw new RangeError(`nonce of ${nonce.length} bytes`);
}
