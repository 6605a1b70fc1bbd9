import { type Allocator, fromAscii } from '../../bytes/index.ts';
import { type CryptoProvider, HASH_LENGTH, type HashName } from '../../crypto/index.ts';

/** Labels of RFC 5246 sections 6.3, 7.4.9 and 8.1 and of RFC 7627 section 4. An exporter may use none of them. */
export const PRF_LABELS = [
  'client finished',
  'server finished',
  'master secret',
  'key expansion',
  'extended master secret',
] as const;

/** One of {@link PRF_LABELS}. */
export type PrfLabel = (typeof PRF_LABELS)[number];

/**
 * The pseudorandom function of TLS 1.2 (RFC 5246 section 5).
 * @param seed its parts, in order.
 * @param length bytes wanted.
 */
export function prf(
  crypto: CryptoProvider,
  hash: HashName,
  secret: Uint8Array,
  label: string,
  seed: readonly Uint8Array[],
  length: number,
  alloc: Allocator,
): Uint8Array {
  const size = HASH_LENGTH[hash];
  const parts = [fromAscii(label), ...seed];
  // A(i) and behind it label and seed: what each step hashes, in one buffer.
  const input = alloc(parts.reduce((sum, part) => sum + part.length, size));
  let at = size;
  for (const part of parts) {
    input.set(part, at);
    at += part.length;
  }
  const out = alloc(length);
  let a = crypto.hmac(hash, secret, input.subarray(size));
  for (let done = 0; done < length; done += size) {
    input.set(a);
    const block = crypto.hmac(hash, secret, input);
    out.set(block.subarray(0, Math.min(size, length - done)), done);
    if (done + size < length) a = crypto.hmac(hash, secret, a);
  }
  return out;
}
