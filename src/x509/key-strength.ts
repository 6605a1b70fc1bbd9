import { DerError, DerReader, TAG } from '../asn1/index.ts';
import type { Fault } from './checks.ts';
import { type Certificate, decodeAlgorithm } from './parse.ts';
import type { ValidationRules } from './rules.ts';

/** Object identifiers of public keys (RFC 3279 section 2.3, RFC 4055 section 1.2). */
const DSA = '1.2.840.10040.4.1';
const RSA: ReadonlySet<string> = new Set(['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.10']);

/** What a key's strength depends on. */
type KeyFacts =
  | { readonly type: 'rsa'; readonly bits: number; readonly isExponentGood: boolean }
  /** Of other kinds, or one that does not decode, the crypto provider says what they are good for. */
  | { readonly type: 'dsa' | 'other' };

/** A certificate that is met again is the same object, and its key the same key. */
const known = new WeakMap<Certificate, KeyFacts>();

/** Keys too weak for anybody to rely on: short RSA, an RSA exponent that protects nothing, DSA. */
export function checkKeyStrength(certificate: Certificate, { dsa, minRsaBits }: ValidationRules): readonly Fault[] {
  const facts = factsOf(certificate);
  const fault = (message: string, spec: string): Fault[] => [
    { code: 'CERT_KEY_WEAK', span: certificate.spans.spki, message, spec },
  ];
  if (facts.type === 'dsa' && !dsa) {
    return fault('the key is DSA, which TLS 1.3 does not have', 'RFC 8446 section 1.2');
  }
  if (facts.type !== 'rsa') return [];
  const spec = 'CA/Browser Forum Baseline Requirements section 6.1';
  if (facts.bits < minRsaBits) return fault(`the RSA key has ${facts.bits} bits, less than ${minRsaBits}`, spec);
  return facts.isExponentGood ? [] : fault('the exponent of the RSA key is even or 1', spec);
}

/** Bits of the modulus of an RSA key; `undefined` for other keys and those that do not decode. */
export function rsaModulusBits(certificate: Certificate): number | undefined {
  const facts = factsOf(certificate);
  return facts.type === 'rsa' ? facts.bits : undefined;
}

function factsOf(certificate: Certificate): KeyFacts {
  let facts = known.get(certificate);
  if (facts === undefined) {
    facts = readFacts(certificate.spki);
    known.set(certificate, facts);
  }
  return facts;
}

function readFacts(spki: Uint8Array): KeyFacts {
  try {
    const fields = new DerReader(spki).sequence('SubjectPublicKeyInfo');
    const { oid } = decodeAlgorithm(fields.next(TAG.sequence, 'algorithm'));
    if (oid === DSA) return { type: 'dsa' };
    if (!RSA.has(oid)) return { type: 'other' };
    const key = new DerReader(fields.next(TAG.bitString, 'subjectPublicKey').octetBits()).sequence('RSAPublicKey');
    const [modulus, exponent] = [key.next(TAG.integer, 'modulus').content, key.next(TAG.integer, 'exponent').content];
    const isOdd = ((exponent.at(-1) ?? 0) & 1) === 1;
    return { type: 'rsa', bits: bitsOf(modulus), isExponentGood: isOdd && bitsOf(exponent) >= 2 };
  } catch (error) {
    if (error instanceof DerError) return { type: 'other' };
    throw error;
  }
}

/** Bits of a positive INTEGER's contents: DER puts at most one zero byte before them. */
function bitsOf(content: Uint8Array): number {
  const digits = content[0] === 0 ? content.subarray(1) : content;
  return digits.length === 0 ? 0 : digits.length * 8 - (Math.clz32(digits[0] ?? 0) - 24);
}
