import { constants, createECDH, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { copy, equal } from '../../bytes/index.ts';
import { curveAlgorithm, isMlDsa, mlDsaAlgorithm } from '../algorithm.ts';
import { invalid, unsupported } from '../der.ts';
import { privateKey, publicKey } from '../keys.ts';
import { type EcPrivateInfo, encodePkcs8, type PrivateKeyInfo, parsePkcs8 } from '../pkcs8.ts';
import { HASH_LENGTH, type KeyType, type PrivateKey, type PublicKey } from '../provider.ts';
import type { Scheme } from '../schemes.ts';
import { encodeRsaPublicKey, encodeSpki, type PublicKeyInfo, parseSpki } from '../spki.ts';
import { plain, toBase64, toLatin1 } from './bytes.ts';
import { hasMlDsa } from './ml-dsa.ts';
import { spkiPublicKey } from './public-key.ts';

/** Public keys that are kept: a process meets the same servers and authorities again and again. */
const MAX_KNOWN = 128;

const known = new Map<string, PublicKey>();

/** As {@link CryptoProvider.importPublicKey}. The same bytes are the same key, and are imported once. */
export function importPublicKey(spki: Uint8Array): PublicKey {
  const bytes = toLatin1(spki);
  let key = known.get(bytes);
  if (key !== undefined) return key;
  key = importUnknown(spki);
  const [oldest] = known.keys();
  if (oldest !== undefined && known.size >= MAX_KNOWN) known.delete(oldest);
  known.set(bytes, key);
  return key;
}

function importUnknown(spki: Uint8Array): PublicKey {
  // What is kept must not hang on the peer's message.
  const info = parseSpki(copy(spki));
  requireSupport(info.type);
  const key = checked(info.type, () => toKeyObject(info));
  return publicKey(info, (scheme, data, signature) => verify(scheme.hash, data, options(scheme, key), signature));
}

/** As {@link CryptoProvider.importPrivateKey}. */
export function importPrivateKey(pkcs8: Uint8Array): PrivateKey {
  const info = parsePkcs8(pkcs8);
  requireSupport(info.type);
  const der = Buffer.from(encodePkcs8(info.algorithm, info.privateKey));
  const key = checked(info.type, () => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  const spki = checked(info.type, () => publicHalf(info, key));
  return privateKey(info, spki, (scheme, data) => plain(sign(scheme.hash, data, options(scheme, key))));
}

function requireSupport(type: KeyType): void {
  if (isMlDsa(type) && !hasMlDsa) throw unsupported(`${type} is not in this Node`);
}

function checked<T>(type: KeyType, compute: () => T): T {
  try {
    return compute();
  } catch (cause) {
    throw invalid(`not a valid ${type} key`, cause);
  }
}

/** With the AlgorithmIdentifier as it stands in the file: OpenSSL would write its own form of PSS parameters. */
function publicHalf(info: PrivateKeyInfo, key: KeyObject): Uint8Array {
  if ('modulus' in info) return encodeSpki(info.algorithm, encodeRsaPublicKey(info.modulus, info.exponent));
  if ('scalar' in info) return encodeSpki(info.algorithm, ownPoint(info));
  return plain(createPublicKey(key).export({ format: 'der', type: 'spki' }));
}

/** The public point, computed: OpenSSL believes the one in an ECPrivateKey. */
function ownPoint({ type, scalar, point }: EcPrivateInfo): Uint8Array {
  const ecdh = createECDH(type === 'secp256r1' ? 'prime256v1' : type);
  ecdh.setPrivateKey(scalar);
  const own = plain(ecdh.getPublicKey());
  if (point !== undefined && !equal(point, own)) throw invalid('the public point is of another key');
  return own;
}

/**
 * Only checked parts reach OpenSSL. JWK is its cheap entrance, but for the larger curves, whose order Node 20 checks
 * there with a multiplication.
 */
function toKeyObject(info: PublicKeyInfo): KeyObject {
  switch (info.type) {
    case 'rsa':
    case 'rsa-pss':
      // As a plain RSA key: allowsPss enforces the restriction.
      return fromJwk({ kty: 'RSA', n: toBase64(info.modulus, 'base64url'), e: toBase64(info.exponent, 'base64url') });
    case 'secp256r1':
      return fromJwk({
        kty: 'EC',
        crv: 'P-256',
        x: toBase64(info.point.subarray(1, 33), 'base64url'),
        y: toBase64(info.point.subarray(33), 'base64url'),
      });
    case 'ed25519':
      return fromJwk({ kty: 'OKP', crv: 'Ed25519', x: toBase64(info.key, 'base64url') });
    case 'ed448':
      return fromJwk({ kty: 'OKP', crv: 'Ed448', x: toBase64(info.key, 'base64url') });
    case 'ml-dsa-44':
    case 'ml-dsa-65':
    case 'ml-dsa-87':
      return spkiPublicKey(encodeSpki(mlDsaAlgorithm(info.type), info.lattice));
    default:
      return spkiPublicKey(encodeSpki(curveAlgorithm(info.type), info.point));
  }
}

function fromJwk(key: Readonly<Record<string, string>>): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

function options({ form, hash }: Scheme, key: KeyObject) {
  if (form !== 'pss') return key;
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: HASH_LENGTH[hash] };
}
