import { bytesToNumberBE } from '@noble/curves/utils.js';
import { type IPKCS, mgf1, PKCS1_SHA1, PKCS1_SHA256, PKCS1_SHA384, PKCS1_SHA512, PSS } from 'micro-rsa-dsa-dh/rsa.js';
import { invalid, unsupported } from '../der.ts';
import type { RsaPrivateInfo } from '../pkcs8.ts';
import { HASH_LENGTH, type HashName } from '../provider.ts';
import type { Scheme } from '../schemes.ts';
import type { RsaPublicInfo } from '../spki.ts';
import { HASHES } from './hash.ts';

const PKCS1: Readonly<Record<HashName, IPKCS>> = {
  sha256: PKCS1_SHA256,
  sha384: PKCS1_SHA384,
  sha512: PKCS1_SHA512,
  sha1: PKCS1_SHA1,
};

/** The signature algorithm of the library; PSS with a salt of one digest (RFC 8446 section 4.2.3). */
function signer({ form, hash }: Scheme): IPKCS {
  if (form === 'pkcs1') return PKCS1[hash];
  if (form === 'pss') return PSS(HASHES[hash], mgf1(HASHES[hash]), HASH_LENGTH[hash]);
  throw unsupported(`${form} with an RSA key`);
}

/** Verifies an RSA signature over `data`. The library throws on some invalid ones. */
export function verifyRsa(scheme: Scheme, info: RsaPublicInfo, data: Uint8Array, signature: Uint8Array): boolean {
  const key = { n: bytesToNumberBE(info.modulus), e: bytesToNumberBE(info.exponent) };
  return signer(scheme).verify(key, data, signature);
}

/** Makes an RSA signature over `data`. */
export function signRsa(scheme: Scheme, info: RsaPrivateInfo, data: Uint8Array): Uint8Array {
  const key = { n: bytesToNumberBE(info.modulus), d: bytesToNumberBE(info.privateExponent) };
  return signer(scheme).sign(key, data);
}

/**
 * Checks that the parts of a key belong together (RFC 8017 section 3.2).
 * @throws CryptoError `invalid_key` or `unsupported`
 */
export function checkRsaPrivateKey(info: RsaPrivateInfo): void {
  // Of such a modulus the library makes PSS signatures that are a byte too short.
  if (info.bits % 8 === 1) throw unsupported(`portable RSA with a modulus of ${info.bits} bits`);
  const [p, q] = info.primes.map(bytesToNumberBE);
  const inverse = bytesToNumberBE(info.exponent) * bytesToNumberBE(info.privateExponent);
  if (p === undefined || q === undefined || p < 2n || q < 2n || p * q !== bytesToNumberBE(info.modulus)) {
    throw invalid('the RSA primes are of another modulus');
  }
  if (inverse % (p - 1n) !== 1n || inverse % (q - 1n) !== 1n) throw invalid('the RSA exponents do not fit');
}
