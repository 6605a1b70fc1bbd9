import { ed448 } from '@noble/curves/ed448.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import { copy, equal } from '../../bytes/index.ts';
import { invalid } from '../der.ts';
import { privateKey, publicKey } from '../keys.ts';
import { type EcPrivateInfo, type MlDsaPrivateInfo, type PrivateKeyInfo, parsePkcs8 } from '../pkcs8.ts';
import type { PrivateKey, PublicKey } from '../provider.ts';
import type { Scheme } from '../schemes.ts';
import { encodeRsaPublicKey, encodeSpki, type PublicKeyInfo, parseSpki } from '../spki.ts';
import { NIST } from './groups.ts';
import { digest } from './hash.ts';
import { checkRsaPrivateKey, signRsa, verifyRsa } from './rsa.ts';

const LATTICE = { 'ml-dsa-44': ml_dsa44, 'ml-dsa-65': ml_dsa65, 'ml-dsa-87': ml_dsa87 } as const;

const EDWARDS = { ed25519, ed448 } as const;

/** The digest is made here, so that ecdsa_sha1 is no special case; TLS does not ask for a low s. */
const ECDSA = { prehash: false, lowS: false, format: 'der' } as const;

/** RFC 8032 section 5.1.7, not the looser rules of ZIP 215. */
const EDDSA = { zip215: false } as const;

/** As {@link CryptoProvider.importPublicKey}. */
export function importPublicKey(spki: Uint8Array): PublicKey {
  const info = parseSpki(copy(spki));
  if ('point' in info) onCurve(info.type, () => NIST[info.type].Point.fromBytes(info.point));
  return publicKey(info, (scheme, data, signature) => verify(info, scheme, data, signature));
}

function verify(info: PublicKeyInfo, scheme: Scheme, data: Uint8Array, signature: Uint8Array): boolean {
  if ('modulus' in info) return verifyRsa(scheme, info, data, signature);
  if ('lattice' in info) return LATTICE[info.type].verify(signature, data, info.lattice);
  if ('key' in info) return EDWARDS[info.type].verify(signature, data, info.key, EDDSA);
  return NIST[info.type].verify(signature, prehash(scheme, data), info.point, ECDSA);
}

/** As {@link CryptoProvider.importPrivateKey}. */
export function importPrivateKey(pkcs8: Uint8Array): PrivateKey {
  const info = parsePkcs8(copy(pkcs8));
  const spki = encodeSpki(info.algorithm, publicHalf(info));
  return privateKey(info, spki, (scheme, data) => sign(info, scheme, data));
}

function sign(info: PrivateKeyInfo, scheme: Scheme, data: Uint8Array): Uint8Array {
  if ('modulus' in info) return signRsa(scheme, info, data);
  if ('expandedKey' in info) return LATTICE[info.type].sign(data, latticeKey(info));
  if ('seed' in info) return EDWARDS[info.type].sign(data, info.seed);
  return NIST[info.type].sign(prehash(scheme, data), info.scalar, ECDSA);
}

function publicHalf(info: PrivateKeyInfo): Uint8Array {
  if ('modulus' in info) {
    checkRsaPrivateKey(info);
    return encodeRsaPublicKey(info.modulus, info.exponent);
  }
  if ('expandedKey' in info) return LATTICE[info.type].getPublicKey(latticeKey(info));
  if ('seed' in info) return EDWARDS[info.type].getPublicKey(info.seed);
  return point(info);
}

/** The expanded key; where the file has it beside the seed, the two must belong together (RFC 9881 section 6). */
function latticeKey({ type, generator, expandedKey }: MlDsaPrivateInfo): Uint8Array {
  if (generator === undefined) return expandedKey;
  const { secretKey } = LATTICE[type].keygen(generator);
  if (expandedKey === undefined || equal(secretKey, expandedKey)) return secretKey;
  throw invalid('the expanded key is not made from the seed');
}

function point({ type, scalar, point: claimed }: EcPrivateInfo): Uint8Array {
  const own = onCurve(type, () => NIST[type].getPublicKey(scalar, false));
  if (claimed !== undefined && !equal(claimed, own)) throw invalid('the public point is of another key');
  return own;
}

function onCurve<T>(curve: string, compute: () => T): T {
  try {
    return compute();
  } catch (cause) {
    throw invalid(`not a key on ${curve}`, cause);
  }
}

function prehash({ hash }: Scheme, data: Uint8Array): Uint8Array {
  return hash === undefined ? data : digest(hash, data);
}
