import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  getCiphers,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import { copy } from '../../bytes/index.ts';
import { derElement, derInteger, TAG, unsupported } from '../der.ts';
import { checkFiniteField, exponentFor, magnitude } from '../finite-field.ts';
import { BLOCK_CIPHERS, type BlockCipher, type BlockCipherName, type LegacyCrypto } from '../provider.ts';
import { encodeSpki, parseSpki } from '../spki.ts';
import { plain } from './bytes.ts';
import { dhAlgorithm, publicValue } from './dh-key.ts';
import { attempt } from './groups.ts';
import { spkiPublicKey } from './public-key.ts';

const OPENSSL: Readonly<Record<BlockCipherName, string>> = {
  'aes-128-cbc': 'aes-128-cbc',
  'aes-256-cbc': 'aes-256-cbc',
  '3des-ede-cbc': 'des-ede3-cbc',
};

/** Old means by node:crypto. */
export const nodeLegacy: LegacyCrypto = {
  blockCiphers: (Object.keys(OPENSSL) as BlockCipherName[]).filter((name) => getCiphers().includes(OPENSSL[name])),

  blockCipher(name, key): BlockCipher {
    if (key.length !== BLOCK_CIPHERS[name].key) throw new RangeError(`${name} key of ${key.length} bytes`);
    const own = copy(key);
    return {
      encrypt(iv, plaintext) {
        const cipher = createCipheriv(OPENSSL[name], own, iv).setAutoPadding(false);
        const ciphertext = cipher.update(plaintext);
        cipher.final();
        return plain(ciphertext);
      },
      decrypt(iv, ciphertext) {
        const decipher = createDecipheriv(OPENSSL[name], own, iv).setAutoPadding(false);
        const plaintext = decipher.update(ciphertext);
        decipher.final();
        return plain(plaintext);
      },
    };
  },

  encryptRsa(spki, message) {
    const { type } = parseSpki(spki);
    if (type !== 'rsa') throw unsupported(`encryption to a key of type ${type}`);
    return plain(publicEncrypt({ key: spkiPublicKey(spki), padding: constants.RSA_PKCS1_PADDING }, message));
  },

  // By key objects: createDiffieHellman proves a prime of 8,192 bits for half a minute on Node 26.
  respondInField(field, peerValue) {
    const { value, ...checked } = checkFiniteField(field, peerValue);
    const algorithm = dhAlgorithm(checked);
    return attempt('finite field', () => {
      const der = Buffer.from(privateKeyInfo(algorithm, checked.prime));
      const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
      const own = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
      const publicKey = spkiPublicKey(encodeSpki(algorithm, derInteger(value)));
      const secret = diffieHellman({ privateKey, publicKey });
      return { share: copy(publicValue(plain(own))), secret: magnitude(plain(secret)) };
    });
  },
};

/** A fresh private key, DER. */
function privateKeyInfo(algorithm: Uint8Array, prime: Uint8Array): Uint8Array {
  const exponent = exponentFor(prime, (length) => plain(randomBytes(length)));
  const value = derElement(TAG.octetString, derInteger(exponent));
  return derElement(TAG.sequence, derInteger(Uint8Array.of(0)), algorithm, value);
}
