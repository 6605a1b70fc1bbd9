import { diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { fromHex, toHex } from '../../bytes/index.ts';
import { diffieHellman as dhGroup, invalidShare } from '../agreement.ts';
import { derInteger } from '../der.ts';
import type { KeyAgreement } from '../provider.ts';
import { encodeSpki } from '../spki.ts';
import { dhAlgorithm, publicValue } from './dh-key.ts';
import { agree } from './groups.ts';
import { spkiPublicKey } from './public-key.ts';

/** Primes of RFC 7919 appendices A.1 and A.2; both are safe, and the generator is 2. */
const PRIMES = {
  ffdhe2048:
    'ffffffffffffffffadf85458a2bb4a9aafdc5620273d3cf1d8b9c583ce2d3695a9e13641146433fbcc939dce249b3ef97d2f' +
    'e363630c75d8f681b202aec4617ad3df1ed5d5fd65612433f51f5f066ed0856365553ded1af3b557135e7f57c935984f0c70' +
    'e0e68b77e2a689daf3efe8721df158a136ade73530acca4f483a797abc0ab182b324fb61d108a94bb2c8e3fbb96adab760d7' +
    'f4681d4f42a3de394df4ae56ede76372bb190b07a7c8ee0a6d709e02fce1cdf7e2ecc03404cd28342f619172fe9ce98583ff' +
    '8e4f1232eef28183c3fe3b1b4c6fad733bb5fcbc2ec22005c58ef1837d1683b2c6f34a26c1b2effa886b423861285c97ffff' +
    'ffffffffffff',
  ffdhe3072:
    'ffffffffffffffffadf85458a2bb4a9aafdc5620273d3cf1d8b9c583ce2d3695a9e13641146433fbcc939dce249b3ef97d2f' +
    'e363630c75d8f681b202aec4617ad3df1ed5d5fd65612433f51f5f066ed0856365553ded1af3b557135e7f57c935984f0c70' +
    'e0e68b77e2a689daf3efe8721df158a136ade73530acca4f483a797abc0ab182b324fb61d108a94bb2c8e3fbb96adab760d7' +
    'f4681d4f42a3de394df4ae56ede76372bb190b07a7c8ee0a6d709e02fce1cdf7e2ecc03404cd28342f619172fe9ce98583ff' +
    '8e4f1232eef28183c3fe3b1b4c6fad733bb5fcbc2ec22005c58ef1837d1683b2c6f34a26c1b2effa886b4238611fcfdcde35' +
    '5b3b6519035bbc34f4def99c023861b46fc9d6e6c9077ad91d2691f7f7ee598cb0fac186d91caefe130985139270b4130c93' +
    'bc437944f4fd4452e2d74dd364f2e21e71f54bff5cae82ab9c9df69ee86d2bc522363a0dabc521979b0deada1dbf9a42d5c4' +
    '484e0abcd06bfa53ddef3c1b20ee3fd59d7c25e41d2b66c62e37ffffffffffffffff',
} as const;

const GENERATOR = Uint8Array.of(2);

type Generate = (
  type: 'dh',
  options: {
    readonly prime: Uint8Array;
    readonly generator: number;
    readonly publicKeyEncoding: { readonly format: 'der'; readonly type: 'spki' };
  },
) => { readonly publicKey: Buffer; readonly privateKey: KeyObject };

// As in groups.ts: the public half leaves the generator encoded, the private one stays a KeyObject.
const generate = generateKeyPairSync as unknown as Generate;

/**
 * A finite-field group, for old peers. It takes milliseconds where a curve takes a tenth of one, on both sides: it is
 * declared and not offered by default.
 */
export function finiteField(name: keyof typeof PRIMES): KeyAgreement {
  const prime = fromHex(PRIMES[name]);
  const algorithm = dhAlgorithm({ prime, generator: GENERATOR });
  return dhGroup(name, () => {
    const encoding = { format: 'der', type: 'spki' } as const;
    const { publicKey, privateKey } = generate('dh', { prime, generator: 2, publicKeyEncoding: encoding });
    return {
      share: padded(publicValue(publicKey), prime.length),
      finish: (peerShare) => {
        checkShare(name, prime, peerShare);
        const secret = agree(name, () => {
          const peer = spkiPublicKey(encodeSpki(algorithm, derInteger(peerShare)));
          return diffieHellman({ privateKey, publicKey: peer });
        });
        // TLS keeps leading zeros (RFC 8446 section 7.4.1), OpenSSL may not.
        return padded(secret, prime.length);
      },
    };
  });
}

/** 1 < Y < p - 1 (RFC 8446 section 4.2.8.1), as long as the prime. */
function checkShare(name: string, prime: Uint8Array, share: Uint8Array): void {
  if (share.length !== prime.length) throw invalidShare(`${name} share of ${share.length} bytes`);
  const value = BigInt(`0x${toHex(share)}`);
  if (value <= 1n || value >= BigInt(`0x${toHex(prime)}`) - 1n) throw invalidShare(`${name} share out of range`);
}

function padded(magnitude: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  out.set(magnitude, length - magnitude.length);
  return out;
}
