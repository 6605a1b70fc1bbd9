import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { encodePem } from '../asn1/index.ts';
import type { PrivateKey } from '../crypto/index.ts';
import { nodeCrypto } from '../crypto/node/index.ts';

/** Keys that the lab makes: `rsa` has 2,048 bits, `rsa-1024` fewer than anybody accepts. */
export type KeyKind = 'p256' | 'rsa' | 'rsa-1024';

/** A fresh key. */
export interface LabKey {
  readonly key: PrivateKey;
  /** PKCS#8, PEM. */
  readonly pem: string;
}

/** Makes a key. */
export function newKey(kind: KeyKind): LabKey {
  const der = kind === 'p256' ? ecKey() : rsaKey(kind === 'rsa' ? 2048 : 1024);
  return { key: nodeCrypto.importPrivateKey(der), pem: encodePem('PRIVATE KEY', der) };
}

// Encoded by the generator: on Node 20 a garbage collection inside `export` of a fresh key can hang for ever.
function ecKey(): Uint8Array {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  return new Uint8Array(privateKey);
}

function rsaKey(modulusLength: number): Uint8Array {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  return new Uint8Array(privateKey);
}

/** The same key as one that still signs over SHA-1, which our provider does not. */
export function overSha1({ key, pem }: LabKey): PrivateKey {
  const object: KeyObject = createPrivateKey(pem);
  return { ...key, sign: (_scheme, data) => new Uint8Array(sign('sha1', data, object)) };
}
