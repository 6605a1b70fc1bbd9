import { describe, expect, it } from 'vitest';
import { DerReader, der, OID, TAG } from '../asn1/index.ts';
import type { KeyType, SchemeName, SignatureName } from '../crypto/index.ts';
import { decodeAlgorithm } from './parse.ts';
import { encodeSignatureAlgorithm, signatureMethod } from './signature-algorithm.ts';

const decode = (bytes: Uint8Array) => decodeAlgorithm(new DerReader(bytes).next(TAG.sequence, 'signatureAlgorithm'));
const method = (bytes: Uint8Array, key: KeyType) => signatureMethod(decode(bytes), key);

it.each<[SchemeName, KeyType]>([
  ['ed25519', 'ed25519'],
  ['ed448', 'ed448'],
  ['rsa_pkcs1_sha256', 'rsa'],
  ['rsa_pkcs1_sha384', 'rsa'],
  ['rsa_pkcs1_sha512', 'rsa'],
  ['rsa_pss_rsae_sha256', 'rsa'],
  ['rsa_pss_rsae_sha384', 'rsa'],
  ['rsa_pss_rsae_sha512', 'rsa'],
  ['rsa_pss_pss_sha256', 'rsa-pss'],
  ['rsa_pss_pss_sha384', 'rsa-pss'],
  ['rsa_pss_pss_sha512', 'rsa-pss'],
])('%s comes back for a key of type %s', (scheme, key) => {
  expect(method(encodeSignatureAlgorithm(scheme), key)).toEqual({ status: 'known', scheme });
});

it.each<[SchemeName, SignatureName]>([
  ['ecdsa_secp256r1_sha256', 'ecdsa_sha256'],
  ['ecdsa_secp384r1_sha384', 'ecdsa_sha384'],
  ['ecdsa_secp521r1_sha512', 'ecdsa_sha512'],
])('%s comes back as %s for a key of any curve (RFC 5758 section 3.2)', (scheme, verified) => {
  for (const key of ['secp256r1', 'secp384r1', 'secp521r1'] as const) {
    expect(method(encodeSignatureAlgorithm(scheme), key)).toEqual({ status: 'known', scheme: verified });
  }
});

it('writes the NULL of PKCS#1, and takes it when it is missing (RFC 4055 section 5)', () => {
  expect(decode(encodeSignatureAlgorithm('rsa_pkcs1_sha256')).parameters).toEqual(der.nothing());
  const bytes = der.sequence(der.oid(OID.sha256WithRSAEncryption));
  expect(method(bytes, 'rsa')).toEqual({ status: 'known', scheme: 'rsa_pkcs1_sha256' });
});

it.each<SchemeName>(['rsa_pkcs1_sha1', 'ecdsa_sha1'])('%s is weak', (scheme) => {
  expect(method(encodeSignatureAlgorithm(scheme), 'rsa').status).toBe('weak');
});

it.each<[SchemeName, KeyType]>([
  ['rsa_pkcs1_sha256', 'secp256r1'],
  ['rsa_pkcs1_sha256', 'rsa-pss'],
  ['rsa_pss_rsae_sha256', 'ed25519'],
  ['ecdsa_secp256r1_sha256', 'rsa'],
  ['ed25519', 'ed448'],
])('%s is not made by a key of type %s', (scheme, key) => {
  expect(method(encodeSignatureAlgorithm(scheme), key).status).toBe('mismatch');
});

it('lets a bug of ours through', () => {
  const broken = {
    ...decode(encodeSignatureAlgorithm('rsa_pss_rsae_sha256')),
    parameters: null as unknown as Uint8Array,
  };
  expect(() => signatureMethod(broken, 'rsa')).toThrow(TypeError);
});

describe('what is not understood', () => {
  const sha256 = der.sequence(der.oid(OID.sha256), der.nothing());
  const mask = der.sequence(der.oid(OID.mgf1), sha256);
  const pss = (...fields: readonly [number, Uint8Array][]) =>
    der.sequence(der.oid(OID.rsassaPss), der.sequence(...fields.map(([tag, field]) => der.explicit(tag, field))));
  it.each([
    ['an unknown algorithm', der.sequence(der.oid('1.2.3')), 'rsa'],
    ['ECDSA with parameters', der.sequence(der.oid(OID.ecdsaWithSHA256), der.nothing()), 'secp256r1'],
    ['PKCS#1 with other parameters', der.sequence(der.oid(OID.sha256WithRSAEncryption), der.integer(1)), 'rsa'],
    ['PSS without parameters', der.sequence(der.oid(OID.rsassaPss)), 'rsa'],
    ['PSS with the defaults, SHA-1', der.sequence(der.oid(OID.rsassaPss), der.sequence()), 'rsa'],
    ['PSS that is no sequence', der.sequence(der.oid(OID.rsassaPss), der.nothing()), 'rsa'],
    ['PSS with a short salt', pss([0, sha256], [1, mask], [2, der.integer(20)]), 'rsa'],
    [
      'PSS with another mask',
      pss([0, sha256], [1, der.sequence(der.oid('1.2.3'), sha256)], [2, der.integer(32)]),
      'rsa',
    ],
    [
      'PSS with another hash in the mask',
      pss([0, der.sequence(der.oid(OID.sha384))], [1, mask], [2, der.integer(48)]),
      'rsa',
    ],
    [
      'PSS with hash parameters',
      pss([0, der.sequence(der.oid(OID.sha256), der.integer(1))], [1, mask], [2, der.integer(32)]),
      'rsa',
    ],
    ['PSS with a trailer', pss([0, sha256], [1, mask], [2, der.integer(32)], [3, der.integer(1)]), 'rsa'],
  ] as const)('%s', (_, bytes, key) => {
    expect(method(bytes, key).status).toBe('unsupported');
  });
});
