import { createHash, hash as hashOnce, type Hash as NativeHash } from 'node:crypto';
import { HASH_LENGTH, type Hash, type HashName } from '../provider.ts';

/** Block lengths in bytes (FIPS 180-4 section 1). */
const BLOCK_LENGTH: Readonly<Record<HashName, number>> = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 };
const MAX_BLOCK = 128;
const MAX_DIGEST = 64;

/** HMAC of TLS covers labels and digests: longer data is rare and gets memory of its own. */
const SCRATCH_DATA = 1024;

const innerScratch = new Uint8Array(MAX_BLOCK + SCRATCH_DATA);
const innerViews: (Uint8Array | undefined)[] = [];
const outerScratch = new Uint8Array(MAX_BLOCK + MAX_DIGEST);
const outerOf = (hash: HashName) => outerScratch.subarray(0, BLOCK_LENGTH[hash] + HASH_LENGTH[hash]);
const OUTER: Readonly<Record<HashName, Uint8Array>> = {
  sha1: outerOf('sha1'),
  sha256: outerOf('sha256'),
  sha384: outerOf('sha384'),
  sha512: outerOf('sha512'),
};

/** A running hash of node:crypto. */
export class NodeHash implements Hash {
  readonly #hash: NativeHash;

  constructor(hash: NativeHash) {
    this.#hash = hash;
  }

  /** An empty hash. */
  static start(name: HashName): NodeHash {
    return new NodeHash(createHash(name));
  }

  update(data: Uint8Array): this {
    this.#hash.update(data);
    return this;
  }

  copy(): NodeHash {
    return new NodeHash(this.#hash.copy());
  }

  digest(): Uint8Array {
    return fromBinary(this.#hash.digest('binary'));
  }
}

/** The digest of one byte string. */
export function digest(name: HashName, data: Uint8Array): Uint8Array {
  return fromBinary(hashOnce(name, data, 'binary'));
}

/**
 * HMAC (RFC 2104 section 2) as two one-shot hashes: half the time of createHmac, which makes two native objects.
 */
export function hmac(name: HashName, key: Uint8Array, data: Uint8Array): Uint8Array {
  const block = BLOCK_LENGTH[name];
  const short = key.length > block ? digest(name, key) : key;
  const length = block + data.length;
  const inner = length <= innerScratch.length ? innerView(length) : new Uint8Array(length);
  for (let i = 0; i < block; i++) {
    const byte = short[i] ?? 0;
    inner[i] = byte ^ 0x36;
    outerScratch[i] = byte ^ 0x5c;
  }
  inner.set(data, block);
  putBinary(hashOnce(name, inner, 'binary'), outerScratch, block);
  return digest(name, OUTER[name]);
}

/** Views are kept by length: HMAC of TLS has few, and to make one costs as much as to hash it. */
function innerView(length: number): Uint8Array {
  const view = innerViews[length] ?? innerScratch.subarray(0, length);
  innerViews[length] = view;
  return view;
}

// A digest as a string of bytes costs half of one as a Buffer, whose memory lies outside the JavaScript heap.
function fromBinary(text: string): Uint8Array {
  const out = new Uint8Array(text.length);
  putBinary(text, out, 0);
  return out;
}

function putBinary(text: string, out: Uint8Array, at: number): void {
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
}
