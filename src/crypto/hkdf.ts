import { type Allocator, allocate } from '../bytes/index.ts';
import { type CryptoProvider, HASH_LENGTH, type HashName } from './provider.ts';

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
