import { hmac as nobleHmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { CHash, Hash as NativeHash } from '@noble/hashes/utils.js';
import type { Hash, HashName } from '../provider.ts';

/** The hash functions of the library. */
export const HASHES = { sha256, sha384, sha512, sha1 } as const satisfies Record<HashName, CHash>;

interface Running extends NativeHash<Running> {}

/** A running hash of the library. */
export class NobleHash implements Hash {
  readonly #hash: Running;

  constructor(hash: Running) {
    this.#hash = hash;
  }

  /** An empty hash. */
  static start(name: HashName): NobleHash {
    return new NobleHash(HASHES[name].create());
  }

  update(data: Uint8Array): this {
    this.#hash.update(data);
    return this;
  }

  copy(): NobleHash {
    return new NobleHash(this.#hash.clone());
  }

  digest(): Uint8Array {
    return this.#hash.digest();
  }
}

/** The digest of one byte string. */
export function digest(name: HashName, data: Uint8Array): Uint8Array {
  return HASHES[name](data);
}

/** HMAC (RFC 2104) of one byte string. */
export function hmac(name: HashName, key: Uint8Array, data: Uint8Array): Uint8Array {
  return nobleHmac(HASHES[name], key, data);
}
