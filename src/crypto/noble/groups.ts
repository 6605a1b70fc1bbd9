import { x25519 as curve25519 } from '@noble/curves/ed25519.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js';
import {
  diffieHellman,
  invalidShare,
  libraryMlKem,
  ML_KEM_768,
  ML_KEM_1024,
  mlKem1024Alone,
  secp256r1MlKem768,
  secp384r1MlKem1024,
  x25519MlKem768,
} from '../agreement.ts';
import { CURVES, type CurveName } from '../algorithm.ts';
import type { KeyAgreement } from '../provider.ts';
import { isUncompressed } from '../spki.ts';

/** The NIST curves of the library. */
export const NIST = { secp256r1: p256, secp384r1: p384, secp521r1: p521 } as const;

const X25519_LENGTH = 32;

const x25519: KeyAgreement = diffieHellman('x25519', () => {
  const { secretKey, publicKey } = curve25519.keygen();
  return { share: publicKey, finish: (peerShare) => x25519Secret(secretKey, peerShare) };
});

/**
 * The X25519 function with the checks of RFC 8446 section 7.4.2; the library refuses an all-zero secret.
 * @throws CryptoError `invalid_key_share`
 */
export function x25519Secret(secretKey: Uint8Array, peerShare: Uint8Array): Uint8Array {
  if (peerShare.length !== X25519_LENGTH) throw invalidShare(`x25519 share of ${peerShare.length} bytes`);
  return agree('x25519', () => curve25519.getSharedSecret(secretKey, peerShare));
}

function nistGroup(curve: CurveName): KeyAgreement {
  return diffieHellman(curve, () => {
    const { secretKey } = NIST[curve].keygen();
    const share = NIST[curve].getPublicKey(secretKey, false);
    return { share, finish: (peerShare) => nistSecret(curve, secretKey, peerShare) };
  });
}

/**
 * ECDH: the x coordinate of the shared point (RFC 8446 section 7.4.2). The library checks that the peer's point is
 * on the curve.
 * @throws CryptoError `invalid_key_share`
 */
export function nistSecret(curve: CurveName, secretKey: Uint8Array, peerShare: Uint8Array): Uint8Array {
  if (!isUncompressed(curve, peerShare)) throw invalidShare(`not an uncompressed ${curve} point`);
  const point = agree(curve, () => NIST[curve].getSharedSecret(secretKey, peerShare, false));
  return point.subarray(1, 1 + CURVES[curve].bytes);
}

const mlKem768 = libraryMlKem(ML_KEM_768, ml_kem768);
const mlKem1024 = libraryMlKem(ML_KEM_1024, ml_kem1024);
const secp256r1 = nistGroup('secp256r1');
const secp384r1 = nistGroup('secp384r1');

/** The key agreements of this provider, the preferred one first. */
export const groups: readonly KeyAgreement[] = [
  x25519,
  secp256r1,
  secp384r1,
  nistGroup('secp521r1'),
  x25519MlKem768(x25519, mlKem768),
  secp256r1MlKem768(secp256r1, mlKem768),
  secp384r1MlKem1024(secp384r1, mlKem1024),
  mlKem1024Alone(mlKem1024),
];

function agree(name: string, compute: () => Uint8Array): Uint8Array {
  try {
    return compute();
  } catch (cause) {
    throw invalidShare(`not a valid ${name} share`, cause);
  }
}
