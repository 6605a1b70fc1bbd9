import { createPublicKey, type KeyObject } from 'node:crypto';
import { toBase64 } from './bytes.ts';

/**
 * Whether this Node tells what kind of key an object is by throwing and catching errors: 15 us for every import, 9 for
 * every cipher under a key of bytes. Text and KeyObjects it takes as they are.
 */
export const OBJECTS_ARE_SLOW: boolean = process.versions.node.startsWith('24.');

/** SubjectPublicKeyInfo of an X25519 key up to the key (RFC 8410 section 4), in base64. */
const X25519_PREFIX = 'MCowBQYDK2VuAyEA';

/** A public X25519 key of 32 bytes, by the entrance of OpenSSL that is the cheapest on this Node. */
export const x25519PublicKey: (key: Uint8Array) => KeyObject = OBJECTS_ARE_SLOW
  ? (key) => createPublicKey(pem(X25519_PREFIX + toBase64(key)))
  : (key) => createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: toBase64(key, 'base64url') }, format: 'jwk' });

/** A public key from its DER SubjectPublicKeyInfo. @throws Error of node:crypto */
export const spkiPublicKey: (spki: Uint8Array) => KeyObject = OBJECTS_ARE_SLOW
  ? (spki) => createPublicKey(pem(toBase64(spki)))
  : (spki) => createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });

function pem(base64: string): string {
  return `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----`;
}
