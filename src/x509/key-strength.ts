import { DerError, DerReader, TAG } from '../asn1/index.ts';
import type { Fault } from './checks.ts';
import { type Certificate, decodeAlgorithm } from './parse.ts';

/** Object identifiers of public keys (RFC 3279 section 2.3, RFC 4055 section 1.2). */
const DSA = '1.2.840.10040.4.1';
const RSA: ReadonlySet<string> = new Set(['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.10']);

/** Bits of an RSA modulus that clients ask for: 112 bits of security, OpenSSL's security level 2. */
const MIN_RSA_BITS = 2048;

/**
 * Keys too weak for anybody to rely on: short RSA, an RSA exponent that protects nothing, DSA. What a key of another
 * kind, or one that does not decode, is good for, the crypto provider says.
 */
export function checkKeyStrength(certificate: Certificate): readonly Fault[] {
  let faults = known.get(certificate);
  if (faults === undefined) {
    faults = faultsOf(certificate);
    known.set(certificate, faults);
  }
  return faults;
}

/** A certificate that is met again is the same object, and its key the same key. */
const known = new WeakMap<Certificate, readonly Fault[]>();

function faultsOf({ spki, spans }: Certificate): readonly Fault[] {
  const message = weaknessOf(spki);
  if (message === undefined) return [];
  return [{ code: 'CERT_KEY_WEAK', span: spans.spki, message: message.text, spec: message.spec }];
}

function weaknessOf(spki: Uint8Array): { readonly text: string; readonly spec: string } | undefined {
  try {
    const fields = new DerReader(spki).sequence('SubjectPublicKeyInfo');
    const { oid } = decodeAlgorithm(fields.next(TAG.sequence, 'algorithm'));
    if (oid === DSA) return { text: 'the key is DSA, which TLS 1.3 does not have', spec: 'RFC 8446 section 1.2' };
    if (!RSA.has(oid)) return undefined;
    const key = new DerReader(fields.next(TAG.bitString, 'subjectPublicKey').octetBits()).sequence('RSAPublicKey');
    const [modulus, exponent] = [key.next(TAG.integer, 'modulus').content, key.next(TAG.integer, 'exponent').content];
    const bits = bitsOf(modulus);
    const spec = 'CA/Browser Forum Baseline Requirements section 6.1';
    if (bits < MIN_RSA_BITS) return { text: `the RSA key has ${bits} bits, less than ${MIN_RSA_BITS}`, spec };
    const isOdd = ((exponent.at(-1) ?? 0) & 1) === 1;
    if (!isOdd || bitsOf(exponent) < 2) return { text: 'the exponent of the RSA key is even or 1', spec };
    return undefined;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** Bits of a positive INTEGER's contents: DER puts at most one zero byte before them. */
function bitsOf(content: Uint8Array): number {
  const digits = content[0] === 0 ? content.subarray(1) : content;
  return digits.length === 0 ? 0 : digits.length * 8 - (Math.clz32(digits[0] ?? 0) - 24);
}
