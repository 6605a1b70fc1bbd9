import { type BasePrivateKeyEncodingOptions, generateKeyPairSync, randomBytes } from 'node:crypto';
import { encodePem } from '../../src/asn1/index.ts';
import { mlDsaAlgorithm } from '../../src/crypto/algorithm.ts';
import { derElement } from '../../src/crypto/der.ts';
import type { CryptoProvider, KeyType, PrivateKey } from '../../src/crypto/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { encodePkcs8 } from '../../src/crypto/pkcs8.ts';
import type { Credential } from '../../src/tls/index.ts';
import { issueCertificate, type LeafKey, leafKey, X509Error } from '../../src/x509/index.ts';

const DAY = 86_400_000;

/** Keys leave the generator encoded: on Node 20 a garbage collection inside `export` of a fresh key can hang for ever. */
const PKCS8: BasePrivateKeyEncodingOptions<'der'> & { type: 'pkcs8' } = { type: 'pkcs8', format: 'der' };
const SPKI = { type: 'spki', format: 'der' } as const;
const ENCODED = { publicKeyEncoding: SPKI, privateKeyEncoding: PKCS8 };

/** A fresh unencrypted PKCS#8 private key of a type, DER. */
export function pkcs8(type: KeyType): Uint8Array {
  return keyPair(type).privateKey;
}

function keyPair(type: KeyType): { readonly privateKey: Buffer } {
  switch (type) {
    case 'rsa':
      return generateKeyPairSync('rsa', { modulusLength: 2048, ...ENCODED });
    case 'rsa-pss':
      return generateKeyPairSync('rsa-pss', { modulusLength: 2048, ...ENCODED });
    case 'secp256r1':
      return generateKeyPairSync('ec', { namedCurve: 'prime256v1', ...ENCODED });
    case 'secp384r1':
    case 'secp521r1':
      return generateKeyPairSync('ec', { namedCurve: type, ...ENCODED });
    case 'ed25519':
      return generateKeyPairSync('ed25519', ENCODED);
    case 'ed448':
      return generateKeyPairSync('ed448', ENCODED);
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      // Any seed is a key; this Node may have no generator for it.
      return { privateKey: Buffer.from(encodePkcs8(mlDsaAlgorithm(type), derElement(0x80, randomBytes(32)))) };
  }
}

/** A self-signed credential: for tests of the handshake, where the chain's verdict is given by the test. */
export function selfSigned(
  type: KeyType,
  names: readonly string[] = ['server.test'],
  crypto: CryptoProvider = nodeCrypto,
  keyUsage: NonNullable<Parameters<typeof issueCertificate>[0]['keyUsage']> = ['digitalSignature'],
): Credential & { readonly key: PrivateKey; readonly pem: string } {
  const der = pkcs8(type);
  const key = crypto.importPrivateKey(der);
  const now = Date.now();
  const certificate = issueCertificate({
    subject: { commonName: names[0] ?? 'nobody' },
    subjectPublicKey: key.spki,
    key,
    names,
    notBefore: now - DAY,
    notAfter: now + DAY,
    serial: Uint8Array.of(1, 2, 3),
    keyUsage,
  });
  return { chain: [certificate], key, names, pem: encodePem('PRIVATE KEY', der) };
}

/** The answer to a `peer_key` request. */
export function keyOfLeaf(leaf: Uint8Array): LeafKey | null {
  try {
    return leafKey(leaf);
  } catch (error) {
    if (error instanceof X509Error) return null;
    throw error;
  }
}
