/** Old means: block ciphers against published vectors, RSA encryption both ways, groups that a server made up. */
import { constants, generateKeyPairSync, getDiffieHellman, privateDecrypt } from 'node:crypto';
import { describe, expect, test } from 'vitest';

import { concat, copy, fromAscii, fromHex, toHex } from '../bytes/index.ts';
import { BLOCK_CIPHERS, type CryptoProvider, type FiniteField, type LegacyCrypto } from './index.ts';
import { nobleCrypto } from './noble/index.ts';
import { nodeCrypto } from './node/index.ts';

function legacyOf({ legacy }: CryptoProvider): LegacyCrypto {
  if (legacy === undefined) throw new Error('the provider has nothing old');
  return legacy;
}

const rsa = generateKeyPairSync('rsa', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const pss = generateKeyPairSync('rsa-pss', {
  modulusLength: 1024,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

const integer = (bytes: Uint8Array) => BigInt(`0x0${toHex(bytes)}`);

function bytesOf(value: bigint): Uint8Array {
  const hex = value.toString(16);
  return fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

const PRIME = new Uint8Array(getDiffieHellman('modp2').getPrime());
const FIELD: FiniteField = { prime: PRIME, generator: Uint8Array.of(2) };

describe.each([nodeCrypto, nobleCrypto])('$name', (provider) => {
  const legacy = legacyOf(provider);

  test('AES in CBC mode (NIST SP 800-38A sections F.2.1 and F.2.5)', () => {
    const iv = fromHex('000102030405060708090a0b0c0d0e0f');
    const plaintext = fromHex('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51');
    for (const [name, key, ciphertext] of [
      [
        'aes-128-cbc',
        '2b7e151628aed2a6abf7158809cf4f3c',
        '7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2',
      ],
      [
        'aes-256-cbc',
        '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
        'f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d',
      ],
    ] as const) {
      const cipher = legacy.blockCipher(name, fromHex(key));
      expect(toHex(cipher.encrypt(iv, plaintext))).toBe(ciphertext);
      expect(cipher.decrypt(iv, fromHex(ciphertext))).toEqual(plaintext);
    }
  });

  test.each(legacy.blockCiphers)('%s keeps its key, and wants its length', (name) => {
    const { key, block } = BLOCK_CIPHERS[name];
    const own = provider.random(key);
    const cipher = legacy.blockCipher(name, own);
    const iv = provider.random(block);
    const plaintext = provider.random(3 * block);
    const ciphertext = cipher.encrypt(iv, plaintext);
    own.fill(0);
    expect(ciphertext).toHaveLength(3 * block);
    expect(cipher.decrypt(iv, ciphertext)).toEqual(plaintext);
    expect(() => legacy.blockCipher(name, new Uint8Array(key - 1))).toThrow(RangeError);
  });

  test('RSA encryption is what another decrypts, or would', () => {
    const spki = new Uint8Array(rsa.publicKey);
    const encrypted = legacy.encryptRsa(spki, fromAscii('premaster'));
    expect(encrypted).toHaveLength(128);
    expect(legacy.encryptRsa(spki, fromAscii('premaster'))).not.toEqual(encrypted);
    const block = privateDecrypt({ key: rsa.privateKey, padding: constants.RSA_NO_PADDING }, encrypted);
    // RFC 8017 section 7.2.1: 0, 2, padding without zeros, 0, message.
    expect(toHex(block.subarray(0, 2))).toBe('0002');
    expect(block.subarray(2, 118).includes(0)).toBe(false);
    expect(toHex(block.subarray(118))).toBe(`00${toHex(fromAscii('premaster'))}`);
    expect(() => legacy.encryptRsa(new Uint8Array(pss.publicKey), fromAscii('x'))).toThrow(/rsa-pss/);
    expect(() => legacy.encryptRsa(Uint8Array.of(1), fromAscii('x'))).toThrow();
  });

  test('answers in a group that a server made up', () => {
    const p = integer(PRIME);
    // A generator of many bytes, as RFC 5114 has them.
    for (const g of [2n, p - 3n ** 99n]) {
      const exponent = 0x1234_5678_9abc_def1n;
      const generator = bytesOf(g);
      const field = { prime: concat([Uint8Array.of(0), PRIME]), generator };
      const { share, secret } = legacy.respondInField(field, bytesOf(power(g, exponent, p)));
      expect(integer(secret)).toBe(power(integer(share), exponent, p));
      expect(secret[0]).not.toBe(0);
      expect(share[0]).not.toBe(0);
      expect(legacy.respondInField(field, bytesOf(5n)).share).not.toEqual(share);
    }
  });

  test('a secret loses its leading zeros (RFC 5246 section 8.1.2)', () => {
    const lengths = new Set<number>();
    // One of 256 begins with a zero byte.
    for (let i = 0; i < 2000 && lengths.size < 2; i++) {
      lengths.add(legacy.respondInField({ prime: PRIME, generator: Uint8Array.of(2) }, Uint8Array.of(7)).secret.length);
    }
    expect(Math.min(...lengths)).toBeLessThan(128);
  });

  const last = bytesOf(integer(PRIME) - 1n);
  const even = copy(PRIME);
  even[127] = 0xfe;
  const short = copy(PRIME);
  short[0] = 0x7f;
  const long = new Uint8Array(1025).fill(0xff);
  long[0] = 1;
  test.each<[string, FiniteField, Uint8Array, RegExp]>([
    ['a prime of 1,023 bits', { ...FIELD, prime: short }, Uint8Array.of(5), /1023 bits, accepted are 1024 to 8192/],
    ['a prime of 8,193 bits', { ...FIELD, prime: long }, Uint8Array.of(5), /8193 bits/],
    ['no prime', { ...FIELD, prime: new Uint8Array(200) }, Uint8Array.of(5), /prime of/],
    ['an even prime', { ...FIELD, prime: even }, Uint8Array.of(5), /even/],
    ['a generator of 0', { ...FIELD, generator: Uint8Array.of(0) }, Uint8Array.of(5), /generator/],
    ['a generator of 1', { ...FIELD, generator: Uint8Array.of(0, 1) }, Uint8Array.of(5), /generator/],
    ['a generator of p - 1', { ...FIELD, generator: last }, Uint8Array.of(5), /generator/],
    ['a value of nothing', FIELD, new Uint8Array(0), /public value/],
    ['a value of 0', FIELD, Uint8Array.of(0), /public value/],
    ['a value of 1', FIELD, Uint8Array.of(0, 0, 1), /public value/],
    ['a value of p - 1', FIELD, last, /public value/],
    ['a value of p', FIELD, PRIME, /public value/],
    ['a value beyond p', FIELD, new Uint8Array(129).fill(1), /public value/],
  ])('refuses %s', (_, field, value, message) => {
    expect(() => legacy.respondInField(field, value)).toThrow(
      expect.objectContaining({
        name: 'CryptoError',
        code: 'invalid_key_share',
        message: expect.stringMatching(message),
      }),
    );
  });

  test('takes values at the edges', () => {
    expect(legacy.respondInField(FIELD, Uint8Array.of(2)).secret.length).toBeGreaterThan(0);
    expect(legacy.respondInField(FIELD, bytesOf(integer(PRIME) - 2n)).secret.length).toBeGreaterThan(0);
  });
});

test('what is largest is answered within a second', { timeout: 20_000 }, () => {
  const prime = new Uint8Array(getDiffieHellman('modp18').getPrime());
  const at = performance.now();
  legacyOf(nodeCrypto).respondInField({ prime, generator: Uint8Array.of(2) }, Uint8Array.of(9));
  expect(performance.now() - at).toBeLessThan(5000);
});

test('3DES in CBC mode: with one key thrice it is DES (NIST SP 800-17 table A.1)', () => {
  const legacy = legacyOf(nodeCrypto);
  expect(legacy.blockCiphers).toContain('3des-ede-cbc');
  const cipher = legacy.blockCipher('3des-ede-cbc', fromHex('0101010101010101'.repeat(3)));
  expect(toHex(cipher.encrypt(new Uint8Array(8), fromHex('8000000000000000')))).toBe('95f8a5e5dd31d900');
  expect(() => legacyOf(nobleCrypto).blockCipher('3des-ede-cbc', new Uint8Array(24))).toThrow(/3des/);
});
