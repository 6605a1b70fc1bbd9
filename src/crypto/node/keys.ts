import { constants, createECDH, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { equal } from '../../bytes/index.ts';
import { curveAlgorithm, type PssParameters } from '../algorithm.ts';
import { invalid, unsupported } from '../der.ts';
import { type EcPrivateInfo, encodePkcs8, parsePkcs8 } from '../pkcs8.ts';
import { HASH_LENGTH, type KeyType, type PrivateKey, type PublicKey, type SchemeName } from '../provider.ts';
import { allowsPss, type Scheme, schemeFor, signingSchemes } from '../schemes.ts';
import { encodeSpki, type PublicKeyInfo, parseSpki } from '../spki.ts';
import { plain, toBase64Url } from './bytes.ts';

class NodePublicKey implements PublicKey {
  readonly type: KeyType;
  readonly bits: number;
  readonly #pss: PssParameters | undefined;
  readonly #key: KeyObject;

  constructor(info: PublicKeyInfo, key: KeyObject) {
    this.type = info.type;
    this.bits = info.bits;
    this.#pss = 'pss' in info ? info.pss : undefined;
    this.#key = key;
  }

  verify(name: SchemeName, data: Uint8Array, signature: Uint8Array): boolean {
    const scheme = schemeFor(name, this.type);
    if (scheme.form === 'pss' && !allowsPss(this.#pss, scheme.hash)) return false;
    try {
      return verify(scheme.hash, data, options(scheme, this.#key), signature);
    } catch {
      // Some forms of nonsense make OpenSSL throw instead of saying no.
      return false;
    }
  }
}

class NodePrivateKey implements PrivateKey {
  readonly type: KeyType;
  readonly schemes: readonly SchemeName[];
  readonly spki: Uint8Array;
  readonly #key: KeyObject;

  constructor(
    info: { type: KeyType; bits: number; pss?: PssParameters | undefined },
    key: KeyObject,
    spki: Uint8Array,
  ) {
    this.type = info.type;
    this.schemes = signingSchemes(info.type, info.bits, info.pss);
    this.spki = spki;
    this.#key = key;
  }

  sign(name: SchemeName, data: Uint8Array): Uint8Array {
    const scheme = schemeFor(name, this.type);
    if (!this.schemes.includes(name)) throw unsupported(`${name} is not for this key`);
    return plain(sign(scheme.hash, data, options(scheme, this.#key)));
  }
}

/** As {@link CryptoProvider.importPublicKey}. */
export function importPublicKey(spki: Uint8Array): PublicKey {
  const info = parseSpki(spki);
  try {
    return new NodePublicKey(info, toKeyObject(info));
  } catch (cause) {
    throw invalid(`not a valid ${info.type} public key`, cause);
  }
}

/** As {@link CryptoProvider.importPrivateKey}. */
export function importPrivateKey(pkcs8: Uint8Array): PrivateKey {
  const info = parsePkcs8(pkcs8);
  try {
    if ('point' in info) checkPair(info);
    const der = Buffer.from(encodePkcs8(info.algorithm, info.privateKey));
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const spki = plain(createPublicKey(key).export({ format: 'der', type: 'spki' }));
    return new NodePrivateKey(info, key, spki);
  } catch (cause) {
    throw invalid(`not a valid ${info.type} private key`, cause);
  }
}

/** OpenSSL believes the public point in an ECPrivateKey. */
function checkPair({ type, scalar, point }: EcPrivateInfo): void {
  const ecdh = createECDH(type === 'secp256r1' ? 'prime256v1' : type);
  ecdh.setPrivateKey(scalar);
  if (point !== undefined && !equal(point, ecdh.getPublicKey())) throw invalid('the public point is of another key');
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
      return fromJwk({ kty: 'RSA', n: toBase64Url(info.modulus), e: toBase64Url(info.exponent) });
    case 'secp256r1':
      return fromJwk({
        kty: 'EC',
        crv: 'P-256',
        x: toBase64Url(info.point.subarray(1, 33)),
        y: toBase64Url(info.point.subarray(33)),
      });
    case 'ed25519':
      return fromJwk({ kty: 'OKP', crv: 'Ed25519', x: toBase64Url(info.key) });
    case 'ed448':
      return fromJwk({ kty: 'OKP', crv: 'Ed448', x: toBase64Url(info.key) });
    default: {
      const key = Buffer.from(encodeSpki(curveAlgorithm(info.type), info.point));
      return createPublicKey({ key, format: 'der', type: 'spki' });
    }
  }
}

function fromJwk(key: Readonly<Record<string, string>>): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

function options({ form, hash }: Scheme, key: KeyObject) {
  if (form !== 'pss') return key;
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: HASH_LENGTH[hash] };
}
