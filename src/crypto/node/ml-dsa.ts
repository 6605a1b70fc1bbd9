import { ML_DSA, mlDsaAlgorithm } from '../algorithm.ts';
import { encodeSpki } from '../spki.ts';
import { spkiPublicKey } from './public-key.ts';

/** Whether this Node, with the OpenSSL it runs on, has ML-DSA: Node 24.6 with OpenSSL 3.5. */
export const hasMlDsa: boolean = probe();

function probe(): boolean {
  try {
    // Any string of the right length is a public key.
    spkiPublicKey(encodeSpki(mlDsaAlgorithm('ml-dsa-44'), new Uint8Array(ML_DSA['ml-dsa-44'].publicKey)));
    return true;
  } catch {
    return false;
  }
}
