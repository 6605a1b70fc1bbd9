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
 * ML-KEM (FIPS 203) of one parameter set, from node:crypto or a library. `encapsulate` throws when the key's
 * coefficients are not reduced (section 7.2, the modulus check); nothing else here depends on the peer but lengths,
 * which are checked.
 */
export interface MlKem {
  readonly parameters: MlKemParameters;
  generate(): { readonly encapsulationKey: Uint8Array; decapsulate(ciphertext: Uint8Array): Uint8Array };
  encapsulate(encapsulationKey: Uint8Array): { readonly ciphertext: Uint8Array; readonly secret: Uint8Array };
}

/** A parameter set by name, with its lengths in bytes. */
export interface MlKemParameters {
  readonly name: 'ml-kem-768' | 'ml-kem-1024';
  readonly encapsulationKey: number;
  readonly ciphertext: number;
}

/** The part of a portable ML-KEM library that is used here. */
export interface MlKemLibrary {
  keygen(seed?: Uint8Array): { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array };
  encapsulate(publicKey: Uint8Array): { readonly cipherText: Uint8Array; readonly sharedSecret: Uint8Array };
  decapsulate(cipherText: Uint8Array, secretKey: Uint8Array): Uint8Array;
}

/** The smaller set (FIPS 203 table 3). */
export const ML_KEM_768: MlKemParameters = { name: 'ml-kem-768', encapsulationKey: 1184, ciphertext: 1088 };
/** The larger set (FIPS 203 table 3). */
export const ML_KEM_1024: MlKemParameters = { name: 'ml-kem-1024', encapsulationKey: 1568, ciphertext: 1568 };

/** A portable library as {@link MlKem}. */
export function libraryMlKem(parameters: MlKemParameters, library: MlKemLibrary): MlKem {
  return {
    parameters,
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

/** X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem section 4): ML-KEM's part comes first. */
export function x25519MlKem768(x25519: KeyAgreement, mlKem: MlKem): KeyAgreement {
  return hybrid('X25519MLKEM768', mlKem, { agreement: x25519, length: 32, isFirst: false });
}

/** SecP256r1MLKEM768 (draft-ietf-tls-ecdhe-mlkem section 4): the curve's part comes first. */
export function secp256r1MlKem768(secp256r1: KeyAgreement, mlKem: MlKem): KeyAgreement {
  return hybrid('SecP256r1MLKEM768', mlKem, { agreement: secp256r1, length: 65, isFirst: true });
}

/** SecP384r1MLKEM1024 (draft-ietf-tls-ecdhe-mlkem section 4): the curve's part comes first. */
export function secp384r1MlKem1024(secp384r1: KeyAgreement, mlKem: MlKem): KeyAgreement {
  return hybrid('SecP384r1MLKEM1024', mlKem, { agreement: secp384r1, length: 97, isFirst: true });
}

/** MLKEM1024 (draft-ietf-tls-mlkem section 4): nothing else protects what it agrees on. */
export function mlKem1024Alone(mlKem: MlKem): KeyAgreement {
  const name = 'MLKEM1024';
  const { encapsulationKey, ciphertext } = mlKem.parameters;
  const check = (share: Uint8Array, expected: number) => {
    if (share.length !== expected) throw invalidShare(`${name} share of ${share.length} bytes, not ${expected}`);
  };
  return {
    name,
    generate() {
      const kem = mlKem.generate();
      return {
        share: kem.encapsulationKey,
        finish(peerShare) {
          check(peerShare, ciphertext);
          return kem.decapsulate(peerShare);
        },
      };
    },
    respond(peerShare) {
      check(peerShare, encapsulationKey);
      const kem = encapsulate(mlKem, peerShare);
      return { share: kem.ciphertext, secret: kem.secret };
    },
  };
}

/** The classical half: the length of its shares in bytes, and whether it stands before ML-KEM's. */
interface Classical {
  readonly agreement: KeyAgreement;
  readonly length: number;
  readonly isFirst: boolean;
}

/**
 * Two agreements as one: shares and secrets are the two parts behind each other. Both halves must be valid; what the
 * classical one refuses, as X25519 an all-zero secret, the hybrid refuses too.
 */
function hybrid(name: GroupName, mlKem: MlKem, classical: Classical): KeyAgreement {
  const { encapsulationKey, ciphertext } = mlKem.parameters;
  const join = (kem: Uint8Array, dh: Uint8Array) => concat(classical.isFirst ? [dh, kem] : [kem, dh]);
  const split = (share: Uint8Array, kemLength: number) => {
    const expected = kemLength + classical.length;
    if (share.length !== expected) throw invalidShare(`${name} share of ${share.length} bytes, not ${expected}`);
    const at = classical.isFirst ? classical.length : kemLength;
    const [head, tail] = [share.subarray(0, at), share.subarray(at)];
    return classical.isFirst ? { kem: tail, dh: head } : { kem: head, dh: tail };
  };
  return {
    name,
    generate() {
      const kem = mlKem.generate();
      const dh = classical.agreement.generate();
      return {
        share: join(kem.encapsulationKey, dh.share),
        finish(peerShare) {
          const peer = split(peerShare, ciphertext);
          const dhSecret = dh.finish(peer.dh);
          return join(kem.decapsulate(peer.kem), dhSecret);
        },
      };
    },
    respond(peerShare) {
      const peer = split(peerShare, encapsulationKey);
      const dh = classical.agreement.respond(peer.dh);
      const kem = encapsulate(mlKem, peer.kem);
      return { share: join(kem.ciphertext, dh.share), secret: join(kem.secret, dh.secret) };
    },
  };
}

function encapsulate(mlKem: MlKem, encapsulationKey: Uint8Array) {
  try {
    return mlKem.encapsulate(encapsulationKey);
  } catch (cause) {
    throw invalidShare(`not an encapsulation key of ${mlKem.parameters.name}`, cause);
  }
}
