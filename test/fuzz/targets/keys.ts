/**
 * Any bytes give a public or a private key, or a CryptoError, in bounded time; both providers take the same ones, and a
 * key that was taken judges any signature without throwing.
 */
import { createECDH, createPrivateKey } from 'node:crypto';
import { fromHex, toHex } from '../../../src/bytes/index.ts';
import { CryptoError } from '../../../src/crypto/index.ts';
import { nobleCrypto } from '../../../src/crypto/noble/index.ts';
import { nodeCrypto } from '../../../src/crypto/node/index.ts';
import { signingSchemes } from '../../../src/crypto/schemes.ts';
import { leafKey } from '../../../src/x509/index.ts';
import { derVectors } from '../der-structure.ts';
import { type Mutation, mutateBytes, mutateVector } from '../mutate.ts';
import { attempt, must, type Target } from '../target.ts';
import { certificateSeeds } from './certificates.ts';

const CURVES = [
  ['P-256', 'prime256v1', 32],
  ['P-384', 'secp384r1', 48],
  ['P-521', 'secp521r1', 66],
] as const;

const mutations: readonly Mutation[] = [mutateBytes, (random, input) => mutateVector(random, input, derVectors(input))];

/** PKCS#8 of the private key 1 on a NIST curve, which is any key but random. */
function ecPkcs8([crv, name, length]: (typeof CURVES)[number]): Uint8Array {
  const ecdh = createECDH(name);
  const scalar = Buffer.alloc(length);
  scalar[length - 1] = 1;
  ecdh.setPrivateKey(scalar);
  const point = ecdh.getPublicKey();
  const text = (bytes: Buffer) => bytes.toString('base64url');
  const [x, y] = [text(point.subarray(1, 1 + length)), text(point.subarray(1 + length))];
  const key = createPrivateKey({ key: { kty: 'EC', crv, d: text(scalar), x, y }, format: 'jwk' });
  return Uint8Array.from(key.export({ format: 'der', type: 'pkcs8' }));
}

/** SubjectPublicKeyInfo. */
export const publicKeys: Target = {
  name: 'public-keys',
  runs: 10_000,
  seeds: () => [
    ...certificateSeeds().map((der) => leafKey(der).spki),
    ...CURVES.map((curve) => nodeCrypto.importPrivateKey(ecPkcs8(curve)).spki),
  ],
  mutations,
  check(input) {
    const node = attempt([CryptoError], () => nodeCrypto.importPublicKey(input));
    const noble = attempt([CryptoError], () => nobleCrypto.importPublicKey(input));
    must(node.error?.code === noble.error?.code, `node: ${node.error?.message}; noble: ${noble.error?.message}`);
    if (node.error !== undefined) return node.error.message;
    const { type, bits } = node.value;
    must(type === noble.value?.type && bits === noble.value.bits, 'another type, or size');
    const [scheme] = signingSchemes(type, bits, undefined);
    if (scheme === undefined) return type;
    const isValid = attempt([CryptoError], () => node.value.verify(scheme, input, input.subarray(0, 64))).value;
    must(isValid !== true, `${toHex(input)} verifies anything`);
    return type;
  },
};

/** PKCS#8. */
export const privateKeys: Target = {
  name: 'private-keys',
  runs: 5_000,
  seeds: () => [fromHex(`302e020100300506032b657004220420${'07'.repeat(32)}`), ...CURVES.map(ecPkcs8)],
  mutations,
  check(input) {
    const node = attempt([CryptoError], () => nodeCrypto.importPrivateKey(input));
    const noble = attempt([CryptoError], () => nobleCrypto.importPrivateKey(input));
    must(node.error?.code === noble.error?.code, `node: ${node.error?.message}; noble: ${noble.error?.message}`);
    if (node.error !== undefined) return node.error.message;
    must(toHex(node.value.spki) === toHex(noble.value?.spki ?? input), 'another public key');
    return node.value.type;
  },
};
