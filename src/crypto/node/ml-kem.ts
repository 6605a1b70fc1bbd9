import * as crypto from 'node:crypto';
import { createRequire } from 'node:module';
import { libraryMlKem, ML_KEM_768, type MlKem768, type MlKemLibrary } from '../agreement.ts';
import { mlKem768Algorithm } from '../algorithm.ts';
import { encodeSpki } from '../spki.ts';
import { plain } from './bytes.ts';
import { spkiPublicKey } from './public-key.ts';

/** What Node 24.7 added to node:crypto. */
interface NativeKem {
  generateKeyPairSync(
    type: 'ml-kem-768',
    options: { readonly publicKeyEncoding: { readonly format: 'der'; readonly type: 'spki' } },
  ): { readonly publicKey: Buffer; readonly privateKey: crypto.KeyObject };
  encapsulate(key: crypto.KeyObject): { readonly sharedKey: Buffer; readonly ciphertext: Buffer };
  decapsulate(key: crypto.KeyObject, ciphertext: Uint8Array): Buffer;
}

const kem = crypto as unknown as NativeKem;

/** Whether this Node, with the OpenSSL it runs on, has ML-KEM-768 itself. */
export const hasNativeMlKem: boolean = probe();

/** ML-KEM-768: of OpenSSL where it has one, else of a portable library that takes twenty times as long. */
export const mlKem768: MlKem768 = hasNativeMlKem ? nativeMlKem() : portableMlKem();

/** The secret that a private KeyObject of type ml-kem-768 finds in a ciphertext of the right length. */
export function decapsulate(privateKey: crypto.KeyObject, ciphertext: Uint8Array): Uint8Array {
  return plain(kem.decapsulate(privateKey, ciphertext));
}

function nativeMlKem(): MlKem768 {
  const algorithm = mlKem768Algorithm();
  return {
    generate() {
      const { publicKey, privateKey } = generate();
      return {
        encapsulationKey: plain(publicKey.subarray(publicKey.length - ML_KEM_768.encapsulationKey)),
        decapsulate: (ciphertext) => decapsulate(privateKey, ciphertext),
      };
    },
    encapsulate(encapsulationKey) {
      // OpenSSL checks the modulus (FIPS 203 section 7.2) here, when it decodes the key.
      const key = spkiPublicKey(encodeSpki(algorithm, encapsulationKey));
      const { ciphertext, sharedKey } = kem.encapsulate(key);
      return { ciphertext: plain(ciphertext), secret: plain(sharedKey) };
    },
  };
}

/** The library takes 12 ms to load, so it is loaded by the first that uses it. */
function portableMlKem(): MlKem768 {
  let loaded: MlKem768 | undefined;
  const library = () => {
    const load = createRequire(import.meta.url);
    loaded ??= libraryMlKem((load('@noble/post-quantum/ml-kem.js') as { ml_kem768: MlKemLibrary }).ml_kem768);
    return loaded;
  };
  return {
    generate: () => library().generate(),
    encapsulate: (encapsulationKey) => library().encapsulate(encapsulationKey),
  };
}

function generate() {
  return kem.generateKeyPairSync('ml-kem-768', { publicKeyEncoding: { format: 'der', type: 'spki' } });
}

function probe(): boolean {
  if (typeof kem.encapsulate !== 'function') return false;
  try {
    generate();
    return true;
  } catch {
    // encapsulate is there without ML-KEM where Node runs on an OpenSSL before 3.5.
    return false;
  }
}
