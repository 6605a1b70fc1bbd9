import { createECDH, diffieHellman, type ECDH, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { diffieHellman as dhGroup, invalidShare } from '../agreement.ts';
import { CURVES, type CurveName, curveAlgorithm } from '../algorithm.ts';
import type { EphemeralShare, KeyAgreement } from '../provider.ts';
import { encodeSpki, isUncompressed } from '../spki.ts';
import { plain } from './bytes.ts';
import { spkiPublicKey, x25519PublicKey } from './public-key.ts';

const X25519_LENGTH = 32;

/**
 * Key pairs leave generateKeyPairSync with the public key already encoded. To export it from the KeyObject later was
 * seen to block Node 20 for ever, about once in 100,000 times: the export allocates while it holds the key's lock,
 * and if that collects the generating job, the job's destructor waits for the same lock on the same thread.
 */
type GenerateX25519 = (
  type: 'x25519',
  options: { readonly publicKeyEncoding: { readonly format: 'jwk' } },
) => { readonly publicKey: { readonly x: string }; readonly privateKey: KeyObject };

type GenerateEc = (
  type: 'ec',
  options: {
    readonly namedCurve: string;
    readonly publicKeyEncoding: { readonly format: 'der'; readonly type: 'spki' };
  },
) => { readonly publicKey: Buffer; readonly privateKey: KeyObject };

// The declarations ask for the encodings of both halves; Node takes one (and JWK) and leaves the other a KeyObject.
const generateX25519 = generateKeyPairSync as unknown as GenerateX25519;
const generateEc = generateKeyPairSync as unknown as GenerateEc;

/** X25519 (RFC 7748). JWK is the cheapest way in and out on every line of Node. */
export const x25519: KeyAgreement = dhGroup('x25519', () => {
  const { publicKey, privateKey } = generateX25519('x25519', { publicKeyEncoding: { format: 'jwk' } });
  return {
    share: new Uint8Array(Buffer.from(publicKey.x, 'base64url')),
    finish: (peerShare) => x25519Secret(privateKey, peerShare),
  };
});

/**
 * The X25519 function with the checks of RFC 8446 section 7.4.2.
 * @throws CryptoError `invalid_key_share`
 */
export function x25519Secret(privateKey: KeyObject, peerShare: Uint8Array): Uint8Array {
  if (peerShare.length !== X25519_LENGTH) throw invalidShare(`x25519 share of ${peerShare.length} bytes`);
  const secret = agree('x25519', () => diffieHellman({ privateKey, publicKey: x25519PublicKey(peerShare) }));
  // OpenSSL refuses it too, but only as a courtesy: the MUST is ours.
  if (secret.every((byte) => byte === 0)) throw invalidShare('all-zero x25519 secret');
  return secret;
}

/** P-256 by createECDH: 10 to 80 % faster than by KeyObject on Node 20, within 12 % on the others. */
export const secp256r1: KeyAgreement = dhGroup('secp256r1', () => {
  const ecdh = createECDH('prime256v1');
  return { share: plain(ecdh.generateKeys()), finish: (peerShare) => ecdhSecret(ecdh, peerShare) };
});

/**
 * P-256 with a key pair that `ecdh` holds.
 * @throws CryptoError `invalid_key_share`
 */
export function ecdhSecret(ecdh: ECDH, peerShare: Uint8Array): Uint8Array {
  // computeSecret checks that the point is on the curve, but takes compressed and hybrid forms as well.
  checkPoint('secp256r1', peerShare);
  return agree('secp256r1', () => ecdh.computeSecret(peerShare));
}

/** P-384 or P-521 by KeyObject and SPKI: up to 1.5 times as fast as createECDH. */
export function keyObjectGroup(curve: 'secp384r1' | 'secp521r1'): KeyAgreement {
  return dhGroup(curve, () => generateOn(curve));
}

function generateOn(curve: 'secp384r1' | 'secp521r1'): EphemeralShare {
  const { publicKey, privateKey } = generateEc('ec', {
    namedCurve: curve,
    publicKeyEncoding: { format: 'der', type: 'spki' },
  });
  return {
    // The point ends the SubjectPublicKeyInfo.
    share: plain(publicKey.subarray(publicKey.length - 1 - 2 * CURVES[curve].bytes)),
    finish: (peerShare) => keyObjectSecret(curve, privateKey, peerShare),
  };
}

/**
 * ECDH with a private KeyObject on `curve`.
 * @throws CryptoError `invalid_key_share`
 */
export function keyObjectSecret(
  curve: 'secp384r1' | 'secp521r1',
  privateKey: KeyObject,
  peerShare: Uint8Array,
): Uint8Array {
  checkPoint(curve, peerShare);
  const spki = encodeSpki(curveAlgorithm(curve), peerShare);
  return agree(curve, () => diffieHellman({ privateKey, publicKey: spkiPublicKey(spki) }));
}

function checkPoint(curve: CurveName, share: Uint8Array): void {
  if (!isUncompressed(curve, share)) throw invalidShare(`not an uncompressed ${curve} point`);
}

/** Runs a key agreement. @throws CryptoError `invalid_key_share` for whatever OpenSSL refuses */
export function agree(name: string, compute: () => Buffer): Uint8Array {
  return plain(attempt(name, compute));
}

/** As {@link agree}, for what is not one secret. */
export function attempt<T>(name: string, compute: () => T): T {
  try {
    return compute();
  } catch (cause) {
    throw invalidShare(`not a valid ${name} share`, cause);
  }
}
