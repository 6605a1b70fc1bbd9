/** Key agreement with a private key that is given: what the providers never take, and published vectors have. */
import { createECDH, createPrivateKey, type KeyObject } from 'node:crypto';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { fromHex } from '../../src/bytes/index.ts';
import { libraryMlKem, ML_KEM_768, type MlKem } from '../../src/crypto/agreement.ts';
import { curveAlgorithm, mlKemAlgorithm } from '../../src/crypto/algorithm.ts';
import { derElement, derInteger, TAG } from '../../src/crypto/der.ts';
import { ecdhSecret, keyObjectSecret, x25519Secret } from '../../src/crypto/node/groups.ts';
import { decapsulate, hasNativeMlKem, mlKem768 } from '../../src/crypto/node/ml-kem.ts';
import { encodePkcs8 } from '../../src/crypto/pkcs8.ts';

/** A secret of a private key and a peer's share. */
export type Secret = (privateKey: Uint8Array, peerShare: Uint8Array) => Uint8Array;

/** The curves by their TLS names. */
export type Curve = 'secp256r1' | 'secp384r1' | 'secp521r1';

/** The curves, and the bytes of a scalar. */
export const CURVES = [
  { curve: 'secp256r1', bytes: 32 },
  { curve: 'secp384r1', bytes: 48 },
  { curve: 'secp521r1', bytes: 66 },
] as const satisfies readonly { curve: Curve; bytes: number }[];

const X25519_ALGORITHM = fromHex('300506032b656e');

/** X25519 of the provider of Node. */
export function x25519SecretOf(seed: Uint8Array, share: Uint8Array): Uint8Array {
  return x25519Secret(privateKeyObject(X25519_ALGORITHM, derElement(TAG.octetString, seed)), share);
}

/** ECDH of the provider of Node; `scalarText` is hexadecimal of any length. */
export function ecdhSecretOf(curve: string, scalarText: string, share: Uint8Array): Uint8Array {
  const known = CURVES.find((one) => one.curve === curve);
  if (known === undefined) throw new RangeError(`${curve} is not offered`);
  return nodeNist(known.curve)(scalar(scalarText, known.bytes), share);
}

/** ML-KEM-768 of the provider of Node, from a seed of 64 bytes to the secret of a ciphertext. */
export function decapsulateSeeded(seed: Uint8Array, ek: string, ciphertext: Uint8Array): Uint8Array {
  return nodeMlKem(seed, ek).generate().decapsulate(ciphertext);
}

/** ML-KEM-768 of the provider of Node that generates the key of a seed. */
export function nodeMlKem(seed: Uint8Array, ek: string): MlKem {
  return hasNativeMlKem ? nativeMlKem(seed, ek) : seeded(seed);
}

/** A scalar of so many bytes. */
export function scalar(text: string, bytes: number): Uint8Array {
  return fromHex(text.padStart(2 * bytes, '0').substring(text.length - Math.min(text.length, 2 * bytes)));
}

/** ECDH on a curve by the provider of Node. */
export function nodeNist(curve: Curve): Secret {
  if (curve === 'secp256r1') {
    return (privateKey, share) => {
      const ecdh = createECDH('prime256v1');
      ecdh.setPrivateKey(privateKey);
      return ecdhSecret(ecdh, share);
    };
  }
  return (privateKey, share) => {
    const key = derElement(TAG.sequence, derInteger(Uint8Array.of(1)), derElement(TAG.octetString, privateKey));
    return keyObjectSecret(curve, privateKeyObject(curveAlgorithm(curve), key), share);
  };
}

function privateKeyObject(algorithm: Uint8Array, key: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(encodePkcs8(algorithm, key)), format: 'der', type: 'pkcs8' });
}

/** ML-KEM-768 of the library that generates the key of a seed. */
export function seeded(seed: Uint8Array): MlKem {
  return libraryMlKem(ML_KEM_768, { ...ml_kem768, keygen: () => ml_kem768.keygen(seed) });
}

function nativeMlKem(seed: Uint8Array, ek: string): MlKem {
  // FIPS 203's seed as the CHOICE's [0] (id-alg-ml-kem-768).
  const key = privateKeyObject(mlKemAlgorithm('ml-kem-768'), derElement(0x80, seed));
  return {
    ...mlKem768,
    generate: () => ({ encapsulationKey: fromHex(ek), decapsulate: (ciphertext) => decapsulate(key, ciphertext) }),
  };
}
