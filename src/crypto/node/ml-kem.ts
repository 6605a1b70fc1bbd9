import * as crypto from 'node:crypto';
import { createRequire } from 'node:module';
import {
  libraryMlKem,
  ML_KEM_768,
  ML_KEM_1024,
  type MlKem,
  type MlKemLibrary,
  type MlKemParameters,
} from '../agreement.ts';
import { mlKemAlgorithm } from '../algorithm.ts';
import { encodeSpki } from '../spki.ts';
import { plain } from './bytes.ts';
import { spkiPublicKey } from './public-key.ts';

/** What Node 24.7 added to node:crypto. */
interface NativeKem {
  generateKeyPairSync(
    type: MlKemParameters['name'],
    options: { readonly publicKeyEncoding: { readonly format: 'der'; readonly type: 'spki' } },
  ): { readonly publicKey: Buffer; readonly privateKey: crypto.KeyObject };
  encapsulate(key: crypto.KeyObject): { readonly sharedKey: Buffer; readonly ciphertext: Buffer };
  decapsulate(key: crypto.KeyObject, ciphertext: Uint8Array): Buffer;
}

const kem = crypto as unknown as NativeKem;

/** Whether this Node, with the OpenSSL it runs on, has ML-KEM itself. */
export const hasNativeMlKem: boolean = probe();

/** ML-KEM-768: of OpenSSL where it has one, else of a portable library that takes twenty times as long. */
export const mlKem768: MlKem = make(ML_KEM_768, 'ml_kem768');
/** ML-KEM-1024, likewise. */
export const mlKem1024: MlKem = make(ML_KEM_1024, 'ml_kem1024');

/** The secret that a private KeyObject of ML-KEM finds in a ciphertext of the right length. */
export function decapsulate(privateKey: crypto.KeyObject, ciphertext: Uint8Array): Uint8Array {
  return plain(kem.decapsulate(privateKey, ciphertext));
}

function make(parameters: MlKemParameters, inLibrary: LibraryName): MlKem {
  return hasNativeMlKem ? nativeMlKem(parameters) : portableMlKem(parameters, inLibrary);
}

function nativeMlKem(parameters: MlKemParameters): MlKem {
  const algorithm = mlKemAlgorithm(parameters.name);
  return {
    parameters,
    generate() {
      const { publicKey, privateKey } = generate(parameters.name);
      return {
        encapsulationKey: plain(publicKey.subarray(publicKey.length - parameters.encapsulationKey)),
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

type LibraryName = 'ml_kem768' | 'ml_kem1024';

/** The library takes 12 ms to load, so it is loaded by the first that uses it. */
function portableMlKem(parameters: MlKemParameters, name: LibraryName): MlKem {
  let loaded: MlKem | undefined;
  const library = () => {
    const load = createRequire(import.meta.url);
    loaded ??= libraryMlKem(
      parameters,
      (load('@noble/post-quantum/ml-kem.js') as Readonly<Record<LibraryName, MlKemLibrary>>)[name],
    );
    return loaded;
  };
  return {
    parameters,
    generate: () => library().generate(),
    encapsulate: (encapsulationKey) => library().encapsulate(encapsulationKey),
  };
}

function generate(name: MlKemParameters['name']) {
  return kem.generateKeyPairSync(name, { publicKeyEncoding: { format: 'der', type: 'spki' } });
}

function probe(): boolean {
  if (typeof kem.encapsulate !== 'function') return false;
  try {
    generate('ml-kem-768');
    return true;
  } catch {
    // encapsulate is there without ML-KEM where Node runs on an OpenSSL before 3.5.
    return false;
  }
}
