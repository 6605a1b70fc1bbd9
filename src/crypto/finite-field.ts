import { toHex } from '../bytes/index.ts';
import { invalidShare } from './agreement.ts';
import { FINITE_FIELD_BITS, type FiniteField } from './provider.ts';

/** A group and a public value in it, as integers without leading zeros. */
export interface PeerInField extends FiniteField {
  readonly value: Uint8Array;
}

/**
 * Checks what can be checked of a group that a peer made up: its size, and that generator and value are neither 0, 1 nor
 * their negatives, which would give the secret away (RFC 8446 section 4.2.8.1, RFC 7919 section 5.1).
 * @throws CryptoError `invalid_key_share`
 */
export function checkFiniteField(field: FiniteField, peerValue: Uint8Array): PeerInField {
  const prime = magnitude(field.prime);
  const { min, max } = FINITE_FIELD_BITS;
  const bits = 8 * prime.length - Math.clz32(prime[0] ?? 0) + 24;
  if (bits < min || bits > max) throw invalidShare(`prime of ${bits} bits, accepted are ${min} to ${max}`);
  if (((prime.at(-1) ?? 0) & 1) === 0) throw invalidShare('the prime is even');
  const last = BigInt(`0x${toHex(prime)}`) - 2n;
  const isInside = (integer: Uint8Array) => {
    const value = BigInt(`0x0${toHex(integer)}`);
    return value >= 2n && value <= last;
  };
  if (!isInside(field.generator)) throw invalidShare('the generator is out of range');
  if (!isInside(peerValue)) throw invalidShare('the public value is out of range');
  return { prime, generator: magnitude(field.generator), value: magnitude(peerValue) };
}

/**
 * A private exponent, as long as the prime less its highest bit: nobody knows the order of the group.
 * @param random as many bytes as were asked for.
 */
export function exponentFor(prime: Uint8Array, random: (length: number) => Uint8Array): Uint8Array {
  const exponent = random(prime.length);
  exponent[0] = (exponent[0] ?? 0) & (0x7f >> (Math.clz32(prime[0] ?? 0) % 8));
  return exponent;
}

/** An integer without its leading zeros. */
export function magnitude(integer: Uint8Array): Uint8Array {
  const start = integer.findIndex((byte) => byte !== 0);
  return integer.subarray(start < 0 ? integer.length : start);
}
