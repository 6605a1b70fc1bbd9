import { cbc } from '@noble/ciphers/aes.js';
import { bytesToNumberBE } from '@noble/curves/utils.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { diffieHellman } from 'micro-rsa-dsa-dh/dh.js';
import { PKCS1_KEM } from 'micro-rsa-dsa-dh/rsa.js';
import { copy } from '../../bytes/index.ts';
import { unsupported } from '../der.ts';
import { checkFiniteField, exponentFor, magnitude } from '../finite-field.ts';
import { BLOCK_CIPHERS, type BlockCipher, type LegacyCrypto } from '../provider.ts';
import { parseSpki } from '../spki.ts';

/** Old means by the libraries, which have no DES. */
export const nobleLegacy: LegacyCrypto = {
  blockCiphers: ['aes-128-cbc', 'aes-256-cbc'],

  blockCipher(name, key): BlockCipher {
    if (name === '3des-ede-cbc') throw unsupported(name);
    if (key.length !== BLOCK_CIPHERS[name].key) throw new RangeError(`${name} key of ${key.length} bytes`);
    const own = copy(key);
    const cipher = (iv: Uint8Array) => cbc(own, iv, { disablePadding: true });
    return {
      encrypt: (iv, plaintext) => cipher(iv).encrypt(plaintext),
      decrypt: (iv, ciphertext) => cipher(iv).decrypt(ciphertext),
    };
  },

  encryptRsa(spki, message) {
    const info = parseSpki(spki);
    if (info.type !== 'rsa') throw unsupported(`encryption to a key of type ${info.type}`);
    const key = { n: bytesToNumberBE(info.modulus), e: bytesToNumberBE(info.exponent) };
    return PKCS1_KEM.encrypt(key, message);
  },

  respondInField(field, peerValue) {
    const { prime, generator, value } = checkFiniteField(field, peerValue);
    const group = diffieHellman({ p: bytesToNumberBE(prime), g: bytesToNumberBE(generator) });
    const exponent = exponentFor(prime, randomBytes);
    const padded = new Uint8Array(prime.length);
    padded.set(value, prime.length - value.length);
    return {
      share: magnitude(group.getPublicKey(exponent)),
      secret: magnitude(group.getSharedSecret(exponent, padded)),
    };
  },
};
