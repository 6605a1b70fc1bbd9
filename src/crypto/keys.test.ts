/** Keys: what the providers sign the other verifies, and every key that must be refused before a library sees it. */
import { type BasePrivateKeyEncodingOptions, generateKeyPairSync, sign as nativeSign, randomBytes } from 'node:crypto';
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, copy, fromAscii, fromHex, toHex } from '../bytes/index.ts';
import { type MlDsaName, mlDsaAlgorithm } from './algorithm.ts';
import { derElement, derInteger, TAG } from './der.ts';
import { CryptoError, type KeyType, type SchemeName } from './index.ts';
import { nobleCrypto } from './noble/index.ts';
import { nodeCrypto } from './node/index.ts';
import { hasMlDsa } from './node/ml-dsa.ts';
import { encodePkcs8, parsePkcs8 } from './pkcs8.ts';
import { SCHEME_NAMES, SCHEMES } from './schemes.ts';
import { encodeRsaPublicKey, encodeSpki } from './spki.ts';

const providers = [nodeCrypto, nobleCrypto];
const schemes = SCHEME_NAMES;
const DATA = fromAscii('signed');
const LATTICE = { 'ml-dsa-44': ml_dsa44, 'ml-dsa-65': ml_dsa65, 'ml-dsa-87': ml_dsa87 };

const spkiEncoding = { format: 'der', type: 'spki' } as const;
const pkcs8Encoding: BasePrivateKeyEncodingOptions<'der'> & { type: 'pkcs8' } = { format: 'der', type: 'pkcs8' };
const encodings = { publicKeyEncoding: spkiEncoding, privateKeyEncoding: pkcs8Encoding };

interface Pair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

const pairs: Readonly<Record<KeyType, Pair>> = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048, ...encodings }),
  'rsa-pss': generateKeyPairSync('rsa-pss', { modulusLength: 2048, ...encodings }),
  secp256r1: generateKeyPairSync('ec', { namedCurve: 'prime256v1', ...encodings }),
  secp384r1: generateKeyPairSync('ec', { namedCurve: 'secp384r1', ...encodings }),
  secp521r1: generateKeyPairSync('ec', { namedCurve: 'secp521r1', ...encodings }),
  ed25519: generateKeyPairSync('ed25519', encodings),
  ed448: generateKeyPairSync('ed448', encodings),
  'ml-dsa-44': mlDsa('ml-dsa-44'),
  'ml-dsa-65': mlDsa('ml-dsa-65'),
  'ml-dsa-87': mlDsa('ml-dsa-87'),
};
const types = Object.keys(pairs) as readonly KeyType[];
const BITS: Readonly<Record<KeyType, number>> = {
  ...{ rsa: 2048, 'rsa-pss': 2048, secp256r1: 256, secp384r1: 384, secp521r1: 521, ed25519: 255, ed448: 448 },
  ...{ 'ml-dsa-44': 10_496, 'ml-dsa-65': 15_616, 'ml-dsa-87': 20_736 },
};

/** Providers that have keys of this type: Node has ML-DSA from version 24 on. */
const withType = (type: KeyType) =>
  providers.filter(({ capabilities }) => capabilities.schemes.some((name) => SCHEMES[name].keys.includes(type)));

/** Made by the library, so that there is one on every Node. */
function mlDsa(type: MlDsaName): Pair {
  const seed = randomBytes(32);
  const { publicKey } = LATTICE[type].keygen(seed);
  return {
    publicKey: encodeSpki(mlDsaAlgorithm(type), publicKey),
    privateKey: encodePkcs8(mlDsaAlgorithm(type), derElement(0x80, seed)),
  };
}

test.each(providers)('$name verifies ECDSA with a hash of another length than the curve has', (provider) => {
  for (const [type, pair] of Object.entries(pairs).filter(([name]) => name.startsWith('secp'))) {
    const key = { key: Buffer.from(pair.privateKey), format: 'der', type: 'pkcs8' } as const;
    const own = provider.importPublicKey(pair.publicKey);
    for (const bits of [256, 384, 512] as const) {
      const signature = nativeSign(`sha${bits}`, DATA, key);
      expect(own.verify(`ecdsa_sha${bits}`, DATA, signature), `${type} ${bits}`).toBe(true);
      expect(own.verify(`ecdsa_sha${bits}`, fromAscii('other'), signature)).toBe(false);
    }
  }
  expect(() => provider.importPublicKey(pairs.rsa.publicKey).verify('ecdsa_sha256', DATA, DATA)).toThrow(CryptoError);
});

test('the providers declare the same schemes, but for ML-DSA', () => {
  expect(new Set(nobleCrypto.capabilities.schemes)).toEqual(new Set(Object.keys(SCHEMES)));
  const native = schemes.filter((name) => hasMlDsa || !name.startsWith('mldsa'));
  expect(new Set(nodeCrypto.capabilities.schemes)).toEqual(new Set(native));
  expect(hasMlDsa).toBe(Number.parseInt(process.versions.node, 10) >= 24);
});

describe.each(types)('%s', (type) => {
  const pair = pairs[type];

  const able = withType(type);
  const across = able.map((signer, i) => [signer, able[i + 1] ?? able[0] ?? signer] as const);

  test.each(across)('is signed by one provider and verified by the other (%#)', (signer, verifier) => {
    const key = signer.importPrivateKey(pair.privateKey);
    const publicKey = verifier.importPublicKey(key.spki);
    expect(toHex(key.spki)).toBe(toHex(pair.publicKey));
    expect([key.type, publicKey.type, publicKey.bits]).toEqual([type, type, BITS[type]]);
    const own = schemes.filter((name) => SCHEMES[name].keys.includes(type) && SCHEMES[name].hash !== 'sha1');
    expect(new Set(key.schemes)).toEqual(new Set(own));
    for (const scheme of own) {
      const signature = key.sign(scheme, DATA);
      expect(publicKey.verify(scheme, DATA, signature)).toBe(true);
      expect(publicKey.verify(scheme, fromAscii('Signed'), signature)).toBe(false);
      for (const other of own.filter((name) => name !== scheme)) {
        expect(publicKey.verify(other, DATA, signature)).toBe(false);
      }
    }
  });

  test.each(able)('is refused by $name for a scheme of another type', (crypto) => {
    const key = crypto.importPrivateKey(pair.privateKey);
    const publicKey = crypto.importPublicKey(pair.publicKey);
    for (const scheme of schemes.filter((name) => !SCHEMES[name].keys.includes(type))) {
      expect(refusal(() => key.sign(scheme, DATA))).toBe('unsupported');
      expect(refusal(() => publicKey.verify(scheme, DATA, new Uint8Array(64)))).toBe('unsupported');
    }
    expect(refusal(() => publicKey.verify('toString' as SchemeName, DATA, DATA))).toBe('unsupported');
  });

  test.each(able)('does not verify nonsense on $name', (crypto) => {
    const publicKey = crypto.importPublicKey(pair.publicKey);
    for (const scheme of schemes.filter((name) => SCHEMES[name].keys.includes(type))) {
      for (const length of [0, 1, 64, 256, 257, 1000]) {
        expect(publicKey.verify(scheme, DATA, new Uint8Array(length))).toBe(false);
        expect(publicKey.verify(scheme, DATA, new Uint8Array(length).fill(255))).toBe(false);
      }
    }
  });

  test.each(able)('damaged, is imported by $name or refused with a CryptoError', (crypto) => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(damage, fc.boolean(), (changes, isPublic) => {
        const bytes = copy(isPublic ? pair.publicKey : pair.privateKey);
        for (const [at, value] of changes) bytes[at % Math.min(bytes.length, 60)] = value;
        outcomes.add(refusal(() => (isPublic ? crypto.importPublicKey(bytes) : crypto.importPrivateKey(bytes))));
      }),
      { numRuns: 100 },
    );
    outcomes.delete('accepted');
    expect([...outcomes].filter((outcome) => outcome !== 'invalid_key' && outcome !== 'unsupported')).toEqual([]);
  });
});

describe.each(providers)('$name', (crypto) => {
  const publicKey = (spki: Uint8Array) => refusal(() => crypto.importPublicKey(spki));
  const privateKey = (pkcs8: Uint8Array) => refusal(() => crypto.importPrivateKey(pkcs8));

  test.each(['secp256r1', 'secp384r1', 'secp521r1'] as const)(
    'verifies ecdsa_sha1 on %s and does not make it',
    (type) => {
      const { publicKey: spki, privateKey: pkcs8 } = pairs[type];
      const signature = nativeSign('sha1', DATA, { key: Buffer.from(pkcs8), ...pkcs8Encoding });
      expect(crypto.importPublicKey(spki).verify('ecdsa_sha1', DATA, signature)).toBe(true);
      expect(crypto.importPublicKey(spki).verify('ecdsa_sha1', fromAscii('x'), signature)).toBe(false);
      expect(refusal(() => crypto.importPrivateKey(pkcs8).sign('ecdsa_sha1', DATA))).toBe('unsupported');
    },
  );

  test('verifies rsa_pkcs1_sha1 and does not make it', () => {
    const { publicKey: spki, privateKey: pkcs8 } = pairs.rsa;
    const signature = nativeSign('sha1', DATA, { key: Buffer.from(pkcs8), ...pkcs8Encoding });
    expect(crypto.importPublicKey(spki).verify('rsa_pkcs1_sha1', DATA, signature)).toBe(true);
    expect(crypto.importPublicKey(spki).verify('rsa_pkcs1_sha256', DATA, signature)).toBe(false);
    expect(refusal(() => crypto.importPrivateKey(pkcs8).sign('rsa_pkcs1_sha1', DATA))).toBe('unsupported');
  });

  test('refuses an ECDSA signature in BER', () => {
    const { publicKey: spki, privateKey: pkcs8 } = pairs.secp256r1;
    const signature = crypto.importPrivateKey(pkcs8).sign('ecdsa_secp256r1_sha256', DATA);
    const key = crypto.importPublicKey(spki);
    const long = concat([Uint8Array.of(0x30, 0x81), signature.subarray(1)]);
    const trailing = concat([signature, Uint8Array.of(0)]);
    expect(key.verify('ecdsa_secp256r1_sha256', DATA, signature)).toBe(true);
    expect(key.verify('ecdsa_secp256r1_sha256', DATA, long)).toBe(false);
    expect(key.verify('ecdsa_secp256r1_sha256', DATA, trailing)).toBe(false);
  });

  test('holds an RSASSA-PSS key to its parameters', () => {
    const { modulus, exponent, privateKey: rsa } = rsaParts(pairs.rsa.privateKey);
    const publicHalf = encodeRsaPublicKey(modulus, exponent);
    const [restricted, free] = [algorithm(RSASSA_PSS, PSS_SHA384), algorithm(RSASSA_PSS)];
    const key = crypto.importPrivateKey(encodePkcs8(restricted, rsa));
    const publicKey = crypto.importPublicKey(encodeSpki(restricted, publicHalf));
    expect(toHex(key.spki)).toBe(toHex(encodeSpki(restricted, publicHalf)));
    expect(key.schemes).toEqual(['rsa_pss_pss_sha384']);
    expect(refusal(() => key.sign('rsa_pss_pss_sha256', DATA))).toBe('unsupported');
    expect(publicKey.verify('rsa_pss_pss_sha384', DATA, key.sign('rsa_pss_pss_sha384', DATA))).toBe(true);
    // Unrestricted, the same key signs with SHA-256; under the restriction that is no signature.
    const other = crypto.importPrivateKey(encodePkcs8(free, rsa)).sign('rsa_pss_pss_sha256', DATA);
    const freePublicKey = crypto.importPublicKey(encodeSpki(free, publicHalf));
    expect(freePublicKey.verify('rsa_pss_pss_sha256', DATA, other)).toBe(true);
    expect(publicKey.verify('rsa_pss_pss_sha256', DATA, other)).toBe(false);
  });

  test('refuses RSASSA-PSS parameters that TLS has no scheme for', () => {
    const { modulus, exponent } = rsaParts(pairs.rsa.privateKey);
    const key = encodeRsaPublicKey(modulus, exponent);
    const sha224 = '300d06096086480165030402040500';
    const sha256 = '300b0609608648016503040201';
    const mgf256 = 'a118301606092a864886f70d010108300906052b0e03021a0500';
    const outcome = (parameters: string) =>
      publicKey(encodeSpki(algorithm(RSASSA_PSS, derElement(TAG.sequence, fromHex(parameters))), key));
    expect(outcome('')).toBe('accepted'); // all defaults: SHA-1, so it verifies nothing
    expect(outcome(`a00f${sha224}`)).toBe('unsupported');
    expect(outcome(`a00d${sha256}`)).toBe('unsupported'); // MGF1 stays SHA-1
    expect(outcome(`a00d${sha256}${mgf256}`)).toBe('unsupported');
    expect(outcome('a303020102')).toBe('invalid_key');
    expect(outcome('a303020101')).toBe('accepted');
    expect(outcome('a203020114')).toBe('accepted');
    expect(outcome('a2020200')).toBe('invalid_key');
    expect(outcome('a303020101a203020114')).toBe('invalid_key');
  });

  test('makes no PSS signature that a small RSA key has no room for', () => {
    const { privateKey: pkcs8 } = generateKeyPairSync('rsa', { modulusLength: 1024, ...encodings });
    const key = crypto.importPrivateKey(pkcs8);
    expect(key.schemes).not.toContain('rsa_pss_rsae_sha512');
    for (const scheme of key.schemes) {
      expect(crypto.importPublicKey(key.spki).verify(scheme, DATA, key.sign(scheme, DATA))).toBe(true);
    }
  });

  test('refuses RSA keys out of range', () => {
    const three = Uint8Array.of(3);
    const rsa = (modulus: Uint8Array, exponent: Uint8Array) =>
      publicKey(encodeSpki(algorithm(RSA, fromHex('0500')), encodeRsaPublicKey(modulus, exponent)));
    const odd = (bits: number) => {
      const modulus = new Uint8Array(Math.ceil(bits / 8)).fill(255);
      modulus[0] = 255 >> (8 * modulus.length - bits);
      return modulus;
    };
    expect(rsa(odd(1024), three)).toBe('accepted');
    expect(rsa(odd(1023), three)).toBe('invalid_key');
    expect(rsa(odd(8192), three)).toBe('accepted');
    expect(rsa(odd(8193), three)).toBe('invalid_key');
    const even = odd(2048);
    even[255] = 254;
    expect(rsa(even, three)).toBe('invalid_key');
    for (const exponent of ['', '01', '02', '04', '010000000000000001']) {
      expect(rsa(odd(2048), fromHex(exponent))).toBe('invalid_key');
    }
    expect(rsa(odd(2048), fromHex('ffffffffffffffff'))).toBe('accepted');
    expect(publicKey(encodeSpki(algorithm(RSA), encodeRsaPublicKey(odd(2048), three)))).toBe('invalid_key');
    const negative = derElement(TAG.sequence, derElement(TAG.integer, odd(2048)), derInteger(three));
    expect(publicKey(encodeSpki(algorithm(RSA, fromHex('0500')), negative))).toBe('invalid_key');
    const padded = derElement(TAG.sequence, derElement(TAG.integer, fromHex('0000'), odd(2048)), derInteger(three));
    expect(publicKey(encodeSpki(algorithm(RSA, fromHex('0500')), padded))).toBe('invalid_key');
  });

  test('refuses EC keys that are not an uncompressed point on a named curve', () => {
    const point = pairs.secp256r1.publicKey.subarray(-65);
    const on = (curve: Uint8Array, key: Uint8Array) => publicKey(encodeSpki(algorithm(EC, curve), key));
    const named = derElement(TAG.oid, fromHex('2a8648ce3d030107'));
    expect(on(named, point)).toBe('accepted');
    expect(on(EXPLICIT_P256, point)).toBe('invalid_key');
    expect(on(fromHex('0500'), point)).toBe('invalid_key');
    expect(on(derElement(TAG.oid, fromHex('2b8104000a')), point)).toBe('unsupported'); // secp256k1
    expect(on(derElement(TAG.oid, fromHex('2b81040022')), point)).toBe('invalid_key');
    expect(on(named, concat([Uint8Array.of(2), point.subarray(1, 33)]))).toBe('invalid_key');
    expect(on(named, Uint8Array.of(0))).toBe('invalid_key');
    for (const type of ['secp256r1', 'secp384r1', 'secp521r1'] as const) {
      const offCurve = copy(pairs[type].publicKey);
      offCurve[offCurve.length - 1] = (offCurve.at(-1) ?? 0) ^ 1;
      expect(publicKey(offCurve)).toBe('invalid_key');
    }
  });

  test('refuses what is not DER, not whole, or of another algorithm', () => {
    const spki = pairs.ed25519.publicKey;
    expect(toHex(spki.subarray(0, 12))).toBe('302a300506032b6570032100');
    const key = toHex(spki.subarray(12));
    const outcome = (header: string, tail = '') => publicKey(fromHex(header + key + tail));
    expect(outcome('302a300506032b6570032100')).toBe('accepted');
    expect(outcome('302a300506032b6570032100', '00')).toBe('invalid_key');
    expect(outcome('302b300506032b6570032100', '00')).toBe('invalid_key');
    expect(outcome('302c300706032b65700500032100')).toBe('invalid_key'); // NULL parameters
    expect(outcome('302a300506032b6570032101')).toBe('invalid_key'); // an unused bit
    expect(outcome('30812a300506032b6570032100')).toBe('invalid_key'); // a long length
    expect(outcome('3080300506032b6570032100', '0000')).toBe('invalid_key'); // an indefinite length
    expect(outcome('302a300506032b6571032100')).toBe('invalid_key'); // Ed448 with 32 bytes
    expect(outcome('302a300506032b656e032100')).toBe('unsupported'); // X25519
    for (let length = 0; length < spki.length; length++)
      expect(publicKey(spki.subarray(0, length))).toBe('invalid_key');
  });

  test('takes the forms of PKCS#8 and refuses the rest', () => {
    const seed = '01'.repeat(32);
    const ed25519 = (header: string, tail = '') => privateKey(fromHex(header + seed + tail));
    expect(ed25519('302e020100300506032b657004220420')).toBe('accepted');
    // RFC 5958: attributes and the public key.
    expect(ed25519('3051020101300506032b657004220420', `812100${'11'.repeat(32)}`)).toBe('accepted');
    expect(ed25519('3030020100300506032b657004220420', 'a000')).toBe('accepted');
    expect(ed25519('302e020102300506032b657004220420')).toBe('unsupported');
    expect(ed25519('302e020100300506032b657104220420')).toBe('invalid_key');
    expect(ed25519('302e020100300506032b657004220420', '00')).toBe('invalid_key');
    const encrypted = generateKeyPairSync('ed25519', {
      publicKeyEncoding: spkiEncoding,
      privateKeyEncoding: { ...pkcs8Encoding, cipher: 'aes-256-cbc', passphrase: 'secret' },
    });
    expect(privateKey(encrypted.privateKey)).toBe('unsupported');
  });

  test.each(['secp256r1', 'secp384r1', 'secp521r1'] as const)(
    'refuses %s private keys that contradict themselves',
    (type) => {
      const info = parsePkcs8(pairs[type].privateKey);
      if (!('scalar' in info)) throw new Error('not an EC key');
      const ec = (scalar: Uint8Array, ...rest: readonly Uint8Array[]) =>
        encodePkcs8(
          info.algorithm,
          derElement(TAG.sequence, derInteger(Uint8Array.of(1)), derElement(TAG.octetString, scalar), ...rest),
        );
      const bare = crypto.importPrivateKey(ec(info.scalar));
      expect(toHex(bare.spki)).toBe(toHex(pairs[type].publicKey));
      expect(privateKey(ec(info.scalar.subarray(1)))).toBe('invalid_key');
      expect(privateKey(ec(new Uint8Array(info.scalar.length)))).toBe('invalid_key');
      expect(privateKey(ec(new Uint8Array(info.scalar.length).fill(255)))).toBe('invalid_key');
      const another = crypto.group(type).generate().share;
      const point = derElement(TAG.context1, derElement(TAG.bitString, Uint8Array.of(0), another));
      expect(privateKey(ec(info.scalar, point))).toBe('invalid_key');
      const curve = derElement(TAG.context0, derElement(TAG.oid, fromHex('2b8104000a')));
      expect(privateKey(ec(info.scalar, curve))).toBe('invalid_key');
    },
  );

  test('keeps its own copy of a key', () => {
    const spki = copy(pairs.ed25519.publicKey);
    const pkcs8 = copy(pairs.ed25519.privateKey);
    const [publicOne, privateOne] = [crypto.importPublicKey(spki), crypto.importPrivateKey(pkcs8)];
    spki.fill(0);
    pkcs8.fill(0);
    expect(publicOne.verify('ed25519', DATA, privateOne.sign('ed25519', DATA))).toBe(true);
  });
});

test('noble refuses RSA private keys whose parts do not fit', () => {
  const info = parsePkcs8(pairs.rsa.privateKey);
  if (!('modulus' in info)) throw new Error('not an RSA key');
  const [p, q] = info.primes;
  const [zero, one] = [Uint8Array.of(), Uint8Array.of(1)];
  const rsa = (...integers: readonly Uint8Array[]) =>
    encodePkcs8(info.algorithm, derElement(TAG.sequence, ...[...integers, one, one, one].map(derInteger)));
  const outcome = (pkcs8: Uint8Array) => refusal(() => nobleCrypto.importPrivateKey(pkcs8));
  expect(outcome(rsa(zero, info.modulus, info.exponent, info.privateExponent, p, q))).toBe('accepted');
  expect(outcome(rsa(one, info.modulus, info.exponent, info.privateExponent, p, q))).toBe('unsupported');
  expect(outcome(rsa(zero, info.modulus, info.exponent, info.privateExponent, p, p))).toBe('invalid_key');
  expect(outcome(rsa(zero, info.modulus, info.exponent, info.privateExponent, one, info.modulus))).toBe('invalid_key');
  expect(outcome(rsa(zero, info.modulus, info.exponent, info.exponent, p, q))).toBe('invalid_key');
});

const RSA = '2a864886f70d010101';
const RSASSA_PSS = '2a864886f70d01010a';
const EC = '2a8648ce3d0201';

/** RSASSA-PSS-params: SHA-384 for the message and MGF1, a salt of 48 bytes or more. */
const PSS_SHA384 = fromHex(
  '3030a00d300b0609608648016503040202a11a301806092a864886f70d010108300b0609608648016503040202a203020130',
);

/** SpecifiedECDomain of P-256 (X9.62), which OpenSSL accepts: the curve is then whatever the key says. */
const EXPLICIT_P256 = fromHex(
  '3081e0020101302c06072a8648ce3d0101022100ffffffff00000001000000000000000000000000ffffffffffffffffffffffff' +
    '30440420ffffffff00000001000000000000000000000000fffffffffffffffffffffffc' +
    '04205ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b' +
    '0441046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
    '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5' +
    '022100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551020101',
);

function algorithm(oid: string, parameters: Uint8Array = Uint8Array.of()): Uint8Array {
  return derElement(TAG.sequence, derElement(TAG.oid, fromHex(oid)), parameters);
}

function rsaParts(pkcs8: Uint8Array) {
  const info = parsePkcs8(pkcs8);
  if (!('modulus' in info)) throw new Error('not an RSA key');
  return info;
}

function refusal(action: () => unknown): string {
  try {
    action();
    return 'accepted';
  } catch (error) {
    return error instanceof CryptoError ? error.code : String(error instanceof Error ? error.name : error);
  }
}

describe.each(['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const)('%s', (type) => {
  const able = withType(type);
  const seed = new Uint8Array(32).fill(7);
  const { secretKey, publicKey } = LATTICE[type].keygen(seed);
  const algorithm = mlDsaAlgorithm(type);
  const octets = (bytes: Uint8Array) => derElement(TAG.octetString, bytes);
  const both = (expanded: Uint8Array, own = seed) => derElement(TAG.sequence, octets(own), octets(expanded));

  test.each(able)('comes to $name as a seed, expanded, or as both (RFC 9881 section 6)', (crypto) => {
    const verifier = crypto.importPublicKey(encodeSpki(algorithm, publicKey));
    for (const form of [derElement(0x80, seed), octets(secretKey), both(secretKey)]) {
      const key = crypto.importPrivateKey(encodePkcs8(algorithm, form));
      expect(toHex(key.spki)).toBe(toHex(encodeSpki(algorithm, publicKey)));
      const [scheme] = key.schemes;
      if (scheme === undefined) throw new Error('no scheme');
      expect(verifier.verify(scheme, DATA, key.sign(scheme, DATA))).toBe(true);
    }
  });

  test.each(able)('is refused by $name in another form', (crypto) => {
    const forms: Uint8Array[] = [
      derElement(0x80, seed.subarray(1)),
      octets(secretKey.subarray(1)),
      both(secretKey.subarray(1)),
      both(secretKey, seed.subarray(1)),
      both(secretKey, new Uint8Array(32)),
      concat([derElement(0x80, seed), octets(secretKey)]),
      derElement(TAG.sequence, octets(seed), octets(secretKey), octets(seed)),
      derElement(0x81, seed),
    ];
    for (const form of forms) {
      expect(refusal(() => crypto.importPrivateKey(encodePkcs8(algorithm, form)))).toBe('invalid_key');
    }
    expect(refusal(() => crypto.importPublicKey(encodeSpki(algorithm, publicKey.subarray(1))))).toBe('invalid_key');
    const withNull = derElement(TAG.sequence, algorithm.subarray(2), derElement(TAG.null));
    expect(refusal(() => crypto.importPublicKey(encodeSpki(withNull, publicKey)))).toBe('invalid_key');
  });

  test('is not imported by a Node that has no ML-DSA', () => {
    const expected = hasMlDsa ? 'accepted' : 'unsupported';
    expect(refusal(() => nodeCrypto.importPublicKey(encodeSpki(algorithm, publicKey)))).toBe(expected);
    expect(refusal(() => nodeCrypto.importPrivateKey(encodePkcs8(algorithm, octets(secretKey))))).toBe(expected);
  });
});
