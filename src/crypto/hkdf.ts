import { type Allocator, allocate } from '../bytes/index.ts';
import { type CryptoProvider, HASH_LENGTH, type HashName } from './provider.ts';

/** HkdfLabels of TLS are shorter by far. */
const MAX_SHORT_INFO = 256;

const scratch = new Uint8Array(MAX_SHORT_INFO);

/** Views of it by length: there are few, and each costs as much as it saves. */
const inputs: (Uint8Array | undefined)[] = [];

/** HKDF-Extract (RFC 5869 section 2.2): a pseudorandom key of one digest length. */
export function hkdfExtract(crypto: CryptoProvider, hash: HashName, salt: Uint8Array, input: Uint8Array): Uint8Array {
  return crypto.hmac(hash, salt, input);
}

/**
 * HKDF-Expand (RFC 5869 section 2.3).
 * @param length bytes wanted, at most 255 digest lengths.
 */
export function hkdfExpand(
  crypto: CryptoProvider,
  hash: HashName,
  key: Uint8Array,
  info: Uint8Array,
  length: number,
  alloc: Allocator = allocate,
): Uint8Array {
  const size = HASH_LENGTH[hash];
  if (length > 255 * size) throw new RangeError(`HKDF-Expand of ${length} bytes, at most ${255 * size}`);
  if (length <= size && info.length < MAX_SHORT_INFO) return expandOnce(crypto, hash, key, info, length);
  const block = alloc(size + info.length + 1);
  block.set(info, size);
  // T(1) has no predecessor: its input starts behind the slot for T(n-1).
  block[size + info.length] = 1;
  let t = crypto.hmac(hash, key, block.subarray(size));
  if (length <= size) return t.subarray(0, length);
  const out = alloc(length);
  for (let offset = 0, counter = 1; ; ) {
    out.set(t.subarray(0, Math.min(size, length - offset)), offset);
    offset += size;
    if (offset >= length) return out;
    block.set(t);
    block[size + info.length] = ++counter;
    t = crypto.hmac(hash, key, block);
  }
}

/** All but T(1) is rare; its input, which is not secret, is put together in place. */
function expandOnce(
  crypto: CryptoProvider,
  hash: HashName,
  key: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const end = info.length + 1;
  scratch.set(info);
  scratch[end - 1] = 1;
  const input = inputs[end] ?? scratch.subarray(0, end);
  inputs[end] = input;
  const t = crypto.hmac(hash, key, input);
  if (length === t.length) return t;
  // A view of an array this short would move it out of the heap.
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) out[i] = t[i] ?? 0;
  return out;
}
