import { concat } from '../bytes/index.ts';
import { CryptoError, type EphemeralShare, type GroupName, type KeyAgreement } from './provider.ts';

/** A Diffie-Hellman group as a key agreement: both ends do the same. */
export function diffieHellman(name: GroupName, generate: () => EphemeralShare): KeyAgreement {
  return {
    name,
    generate,
    respond(peerShare) {
      const own = generate();
      return { share: own.share, secret: own.finish(peerShare) };
    },
  };
}

/** The CryptoError for a peer's share that is not one. */
export function invalidShare(message: string, cause?: unknown): CryptoError {
  return new CryptoError('invalid_key_share', message, cause === undefined ? undefined : { cause });
}

/**
 * ML-KEM-768 (FIPS 203), from node:crypto or a library. `encapsulate` throws when the key's coefficients are not
 * reduced (section 7.2, the modulus check); nothing else here depends on the peer but lengths, which are checked.
 */
export interface MlKem768 {
  generate(): { readonly encapsulationKey: Uint8Array; decapsulate(ciphertext: Uint8Array): Uint8Array };
  encapsulate(encapsulationKey: Uint8Array): { readonly ciphertext: Uint8Array; readonly secret: Uint8Array };
}

/** The part of a portable ML-KEM library that is used here. */
export interface MlKemLibrary {
  keygen(seed?: Uint8Array): { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array };
  encapsulate(publicKey: Uint8Array): { readonly cipherText: Uint8Array; readonly sharedSecret: Uint8Array };
  decapsulate(cipherText: Uint8Array, secretKey: Uint8Array): Uint8Array;
}

/** Lengths of ML-KEM-768 in bytes (FIPS 203 table 3). */
export const ML_KEM_768 = { encapsulationKey: 1184, ciphertext: 1088 } as const;

const X25519_LENGTH = 32;

/** A portable library as {@link MlKem768}. */
export function libraryMlKem(library: MlKemLibrary): MlKem768 {
  return {
    generate() {
      const { publicKey, secretKey } = library.keygen();
      return {
        encapsulationKey: publicKey,
        decapsulate: (ciphertext) => library.decapsulate(ciphertext, secretKey),
      };
    },
    encapsulate(encapsulationKey) {
      const { cipherText, sharedSecret } = library.encapsulate(encapsulationKey);
      return { ciphertext: cipherText, secret: sharedSecret };
    },
  };
}

/**
 * X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem section 4): shares and secrets are ML-KEM's followed by X25519's.
 * Both halves must be valid; that X25519 refuses an all-zero secret covers the hybrid too.
 */
export function x25519MlKem768(x25519: KeyAgreement, mlKem: MlKem768): KeyAgreement {
  return {
    name: 'X25519MLKEM768',
    generate() {
      const kem = mlKem.generate();
      const dh = x25519.generate();
      return {
        share: concat([kem.encapsulationKey, dh.share]),
        finish(peerShare) {
          const { head, tail } = split(peerShare, ML_KEM_768.ciphertext);
          const dhSecret = dh.finish(tail);
          return concat([kem.decapsulate(head), dhSecret]);
        },
      };
    },
    respond(peerShare) {
      const { head, tail } = split(peerShare, ML_KEM_768.encapsulationKey);
      const dh = x25519.respond(tail);
      const kem = encapsulate(mlKem, head);
      return { share: concat([kem.ciphertext, dh.share]), secret: concat([kem.secret, dh.secret]) };
    },
  };
}

function encapsulate(mlKem: MlKem768, encapsulationKey: Uint8Array) {
  try {
    return mlKem.encapsulate(encapsulationKey);
  } catch (cause) {
    throw invalidShare('not an ML-KEM-768 encapsulation key', cause);
  }
}

function split(share: Uint8Array, at: number): { head: Uint8Array; tail: Uint8Array } {
  const expected = at + X25519_LENGTH;
  if (share.length !== expected) throw invalidShare(`X25519MLKEM768 share of ${share.length} bytes, not ${expected}`);
  return { head: share.subarray(0, at), tail: share.subarray(at) };
}
