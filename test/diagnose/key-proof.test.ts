/** What a signature in a ServerKeyExchange proves, for every key and version. */
import { describe, expect, test } from 'vitest';
import type { CryptoProvider, SchemeName } from '../../src/crypto/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { proveKey } from '../../src/diagnose/index.ts';
import { readFlight } from '../../src/diagnose/probes/flight.ts';
import {
  CIPHER_SUITES,
  type CipherSuiteName,
  encodeServerHello,
  encodeServerHelloDone,
  encodeServerKeyExchange,
  encodeServerKeyParams,
  encodeTls12Certificate,
  SIGNATURE_SCHEMES,
  VERSIONS,
} from '../../src/tls/wire.ts';
import { pkcs8, selfSigned } from '../support/credentials.ts';

const clientRandom = new Uint8Array(32).fill(1);
const serverRandom = new Uint8Array(32).fill(2);
/** A ClientHello as far as its random. */
const clientHello = Uint8Array.of(1, 0, 0, 34, 3, 3, ...clientRandom);
const signedParams = encodeServerKeyParams({ kind: 'ecdhe', group: 29, publicKey: new Uint8Array(32).fill(3) });

interface Server {
  readonly suite?: CipherSuiteName;
  readonly version?: number;
  readonly chain?: readonly Uint8Array[];
  readonly algorithm?: number;
  readonly signature?: Uint8Array;
}

function prove(server: Server, crypto: CryptoProvider = nodeCrypto) {
  const { suite = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', version = VERSIONS.tls12, chain = [] } = server;
  const hello = encodeServerHello({
    ...{ legacyVersion: version, random: serverRandom, legacySessionIdEcho: new Uint8Array(0) },
    ...{ cipherSuite: CIPHER_SUITES[suite], legacyCompressionMethod: 0, extensions: [] },
  });
  const { algorithm, signature } = server;
  const exchange = encodeServerKeyExchange({
    signedParams,
    ...(algorithm === undefined ? {} : { algorithm }),
    ...(signature === undefined ? {} : { signature }),
  });
  const messages = [
    hello,
    ...(chain.length === 0 ? [] : [encodeTls12Certificate(chain)]),
    ...(suite.startsWith('TLS_RSA_') ? [] : [exchange]),
    encodeServerHelloDone(),
  ];
  const records = messages.flatMap((one) => [22, 3, 3, one.length >> 8, one.length & 0xff, ...one]);
  const flight = readFlight(Uint8Array.from(records));
  if (flight?.isComplete !== true) throw new Error(flight?.problem?.message ?? 'no flight');
  return proveKey(clientHello, flight, crypto);
}

const signedData = Uint8Array.of(...clientRandom, ...serverRandom, ...signedParams);

describe('TLS 1.2', () => {
  test.each<['rsa' | 'secp256r1' | 'secp384r1' | 'ed25519', SchemeName, string]>([
    ['rsa', 'rsa_pkcs1_sha256', 'rsa_pkcs1_sha256'],
    ['rsa', 'rsa_pss_rsae_sha384', 'rsa_pss_rsae_sha384'],
    ['secp256r1', 'ecdsa_secp256r1_sha256', 'ecdsa_sha256'],
    ['secp384r1', 'ecdsa_secp384r1_sha384', 'ecdsa_sha384'],
    ['ed25519', 'ed25519', 'ed25519'],
  ])('a key of %s signs by %s', (type, scheme, name) => {
    const { chain, key } = selfSigned(type);
    const signed = { chain, algorithm: SIGNATURE_SCHEMES[scheme], signature: key.sign(scheme, signedData) };
    expect(prove(signed)).toEqual({ status: 'proved', reason: `signed by ${name}` });
    const other = key.sign(scheme, signedData.subarray(1));
    expect(prove({ ...signed, signature: other })).toMatchObject({ status: 'failed' });
    expect(prove({ ...signed, chain: selfSigned(type).chain })).toMatchObject({ status: 'failed' });
  });

  test('a scheme of another kind of key, or one that is not known', () => {
    const { chain, key } = selfSigned('rsa');
    const signature = key.sign('rsa_pkcs1_sha256', signedData);
    const by = (algorithm: number) => prove({ chain, signature, algorithm }).status;
    expect(by(SIGNATURE_SCHEMES.ecdsa_secp256r1_sha256)).toBe('failed');
    expect(by(SIGNATURE_SCHEMES.dsa_sha1)).toBe('unchecked');
    expect(by(0xfefe)).toBe('unchecked');
  });

  test('nothing to check: no certificate, one that does not parse, a suite that signs nothing', () => {
    const { chain, key } = selfSigned('rsa');
    const algorithm = SIGNATURE_SCHEMES.rsa_pkcs1_sha256;
    const signature = key.sign('rsa_pkcs1_sha256', signedData);
    expect(prove({ algorithm, signature })).toMatchObject({ status: 'unchecked', reason: 'no certificate came' });
    expect(prove({ chain: [new Uint8Array(9)], algorithm, signature }).reason).toMatch(/not understood/);
    expect(prove({ suite: 'TLS_RSA_WITH_AES_128_CBC_SHA', chain }).reason).toMatch(/at the end of the handshake/);
    expect(prove({ suite: 'TLS_ECDH_anon_WITH_AES_128_CBC_SHA', chain }).status).toBe('unchecked');
  });
});

describe('before TLS 1.2', () => {
  test('ECDSA is over SHA-1', () => {
    const { chain } = selfSigned('secp256r1');
    const wrong = { version: VERSIONS.tls11, chain, signature: new Uint8Array(70).fill(1) };
    expect(prove(wrong)).toEqual({
      status: 'failed',
      reason: 'the signature by ecdsa_sha1 in ServerKeyExchange is not by the key of the certificate',
    });
  });

  test('RSA is over two hashes at once, which is not checked', () => {
    const { chain } = selfSigned('rsa');
    expect(prove({ version: VERSIONS.tls10, chain, signature: new Uint8Array(256) })).toEqual({
      status: 'unchecked',
      reason: 'its signature in TLS 1.0 is of a kind not checked here',
    });
  });
});

test('a key that is not understood', () => {
  const { chain, key } = selfSigned('rsa');
  const [leaf] = chain as [Uint8Array];
  const at = Buffer.from(leaf).indexOf(Buffer.from(nodeCrypto.importPrivateKey(pkcs8('rsa')).spki.subarray(4, 19)));
  expect(at).toBeGreaterThan(0);
  const strange = Uint8Array.from(leaf);
  // The last arc of rsaEncryption.
  strange[at + 12] = 99;
  const signature = key.sign('rsa_pkcs1_sha256', signedData);
  const algorithm = SIGNATURE_SCHEMES.rsa_pkcs1_sha256;
  expect(prove({ chain: [strange], algorithm, signature })).toEqual({
    status: 'unchecked',
    reason: 'the key in its certificate is not understood',
  });
});

test('a fault of the provider itself is no verdict on the peer', () => {
  const { chain, key } = selfSigned('rsa');
  const signed = {
    chain,
    algorithm: SIGNATURE_SCHEMES.rsa_pkcs1_sha256,
    signature: key.sign('rsa_pkcs1_sha256', signedData),
  };
  const fail = (): never => {
    throw new RangeError('a bug');
  };
  const publicKey = nodeCrypto.importPublicKey(nodeCrypto.importPrivateKey(pkcs8('rsa')).spki);
  const failing = { ...publicKey, type: publicKey.type, verify: fail };
  expect(() => prove(signed, { ...nodeCrypto, importPublicKey: fail })).toThrow('a bug');
  expect(() => prove(signed, { ...nodeCrypto, importPublicKey: () => failing })).toThrow('a bug');
});
