import { unsupported } from './der.ts';
import type { PrivateKeyInfo } from './pkcs8.ts';
import type { PrivateKey, PublicKey } from './provider.ts';
import { allowsPss, isSchemeName, type Scheme, schemeFor, signingSchemes } from './schemes.ts';
import type { PublicKeyInfo } from './spki.ts';

/** Verifies under one public key. May throw on signatures that it can not even parse. */
export type Verify = (scheme: Scheme, data: Uint8Array, signature: Uint8Array) => boolean;

/** Signs with one private key. */
export type Sign = (scheme: Scheme, data: Uint8Array) => Uint8Array;

/** A public key whose provider verifies: the rules of which scheme goes with which key are the same for all. */
export function publicKey(info: PublicKeyInfo, verify: Verify): PublicKey {
  const { type, bits } = info;
  const pss = 'pss' in info ? info.pss : undefined;
  return {
    type,
    bits,
    verify(name, data, signature) {
      const scheme = schemeFor(name, type);
      if (scheme.form === 'pss' && !allowsPss(pss, scheme.hash)) return false;
      try {
        return verify(scheme, data, signature);
      } catch {
        return false;
      }
    },
  };
}

/** A private key whose provider signs. */
export function privateKey(info: PrivateKeyInfo, spki: Uint8Array, sign: Sign): PrivateKey {
  const { type, bits } = info;
  const schemes = signingSchemes(type, bits, 'pss' in info ? info.pss : undefined);
  return {
    type,
    schemes,
    spki,
    sign(name, data) {
      const scheme = schemeFor(name, type);
      if (isSchemeName(name) && !schemes.includes(name)) throw unsupported(`${name} is not for this key`);
      return sign(scheme, data);
    },
  };
}
