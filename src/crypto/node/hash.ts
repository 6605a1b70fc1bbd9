import { createHash, hash as hashOnce, type Hash as NativeHash } from 'node:crypto';
import { EMPTY } from '../../bytes/index.ts';
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

/** Bytes up to which a running hash is no native one. */
const SHORT = 2048;

/**
 * A running hash. As long as it is short its bytes are kept and hashed in one call: a native hash costs more to copy than
 * they cost to hash, and the garbage collector has to find it.
 */
export class NodeHash implements Hash {
  readonly #name: HashName;
  #native: NativeHash | undefined;
  #bytes: Uint8Array = EMPTY;
  #length = 0;
  /** The memory of {@link #bytes} is that of another, which goes on in it. */
  #isShared = false;
  #isOver = false;

  /** An empty hash. */
  constructor(name: HashName) {
    this.#name = name;
  }

  update(data: Uint8Array): this {
    this.#requireRunning();
    const length = this.#length + data.length;
    if (this.#native === undefined && length <= SHORT) {
      if (this.#isShared || length > this.#bytes.length) this.#move(Math.min(SHORT, 2 * length));
      this.#bytes.set(data, this.#length);
      this.#length = length;
      return this;
    }
    if (this.#native === undefined) {
      this.#native = createHash(this.#name).update(this.#kept);
      this.#bytes = EMPTY;
    }
    this.#native.update(data);
    return this;
  }

  copy(): NodeHash {
    const copy = new NodeHash(this.#name);
    copy.#native = this.#native?.copy();
    copy.#bytes = this.#bytes;
    copy.#length = this.#length;
    copy.#isShared = true;
    return copy;
  }

  digest(): Uint8Array {
    this.#requireRunning();
    this.#isOver = true;
    return this.#native === undefined ? digest(this.#name, this.#kept) : fromBinary(this.#native.digest('binary'));
  }

  #requireRunning(): void {
    if (this.#isOver) throw new Error('the hash is finished');
  }

  get #kept(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #move(capacity: number): void {
    const bytes = Buffer.allocUnsafe(capacity);
    bytes.set(this.#kept);
    this.#bytes = bytes;
    this.#isShared = false;
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
