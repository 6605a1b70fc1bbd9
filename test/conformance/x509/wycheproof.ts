/** C2SP Wycheproof: one file over the provider of Node. "acceptable" is right either way. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { concat, fromHex, toHex } from '../../../src/bytes/index.ts';
import {
  AEAD_NONCE_LENGTH,
  type AeadName,
  CryptoError,
  HASH_LENGTH,
  type HashName,
  hkdfExpand,
  hkdfExtract,
  type SignatureName,
} from '../../../src/crypto/index.ts';
import { nodeCrypto } from '../../../src/crypto/node/index.ts';
import { decapsulateSeeded, ecdhSecretOf, x25519SecretOf } from '../../support/agreements.ts';
import { type Case, type Summary, summarize } from './suite.ts';

/** A case; byte strings are hexadecimal. Which of them a case has is its group's type. */
interface Test extends Readonly<Record<'msg' | 'sig' | 'key' | 'iv' | 'aad' | 'ct' | 'tag' | 'ikm' | 'salt', string>> {
  readonly info: string;
  readonly okm: string;
  readonly public: string;
  readonly private: string;
  readonly shared: string;
  readonly seed: string;
  readonly ek: string;
  readonly c: string;
  readonly K: string;
  readonly size: number;
  readonly tcId: number;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

interface Group {
  readonly type: string;
  readonly publicKeyDer: string;
  readonly sha: string;
  readonly mgfSha: string;
  readonly sLen: number;
  readonly keySize: number;
  readonly tagSize: number;
  readonly curve: string;
  readonly parameterSet: string;
  readonly tests: readonly Test[];
}

/** Whether a case holds; a text where TLS has nothing like it. */
type Judge = (test: Test) => boolean | string;

/** Runs one file. */
export function runWycheproof(file: string): Summary {
  const { algorithm, testGroups } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly algorithm: string;
    readonly testGroups: readonly Group[];
  };
  const cases = testGroups.flatMap((group) => {
    const judge = judgeOf(algorithm, group);
    return group.tests.map((test) => runCase(`${basename(file, '.json')} ${test.tcId}`, test, judge));
  });
  return summarize('wycheproof', cases);
}

function runCase(id: string, test: Test, judge: Judge | string): Case {
  const outcome = typeof judge === 'string' ? judge : attempt(judge, test);
  const expected = test.result === 'invalid' ? 'reject' : 'accept';
  if (typeof outcome === 'string') return { id, expected, actual: 'skip', found: [outcome] };
  const actual = outcome ? 'accept' : 'reject';
  return { id, expected: test.result === 'acceptable' ? actual : expected, actual, found: [] };
}

function attempt(judge: Judge, test: Test): boolean | string {
  try {
    return judge(test);
  } catch (error) {
    if (error instanceof CryptoError || error instanceof RangeError) return false;
    throw error;
  }
}

function judgeOf(algorithm: string, group: Group): Judge | string {
  switch (group.type) {
    case 'EcdsaVerify':
      return verifier(group, `ecdsa_${hashName(group.sha)}`);
    case 'EddsaVerify':
      return verifier(group, group.publicKeyDer.includes('2b6571') ? 'ed448' : 'ed25519');
    case 'RsassaPkcs1Verify':
      return verifier(group, `rsa_pkcs1_${hashName(group.sha)}`);
    case 'RsassaPssVerify': {
      const hash = hashName(group.sha);
      const isTls = hash !== 'sha1' && group.sha === group.mgfSha && group.sLen === HASH_LENGTH[hash as HashName];
      return isTls ? verifier(group, `rsa_pss_rsae_${hash}`) : 'TLS has one hash of SHA-2, and a salt of its length';
    }
    case 'AeadTest':
      return aead(algorithm, group);
    case 'MacTest':
      return ({ key, msg, tag }) =>
        toHex(nodeCrypto.hmac('sha256', fromHex(key), fromHex(msg)).subarray(0, group.tagSize / 8)) === tag;
    case 'HkdfTest':
      return hkdf(hashName(algorithm.replace('HKDF-', '')));
    case 'XdhComp':
      if (group.curve !== 'curve25519') return `${group.curve} is not offered`;
      return (test) => toHex(x25519SecretOf(fromHex(test.private), fromHex(test.public))) === test.shared;
    case 'EcdhEcpointTest':
      return (test) => toHex(ecdhSecretOf(group.curve, test.private, fromHex(test.public))) === test.shared;
    case 'MLKEMTest':
      return (test) => {
        // FIPS 203 section 6.1: a seed is 64 bytes.
        if (test.seed.length !== 128) return false;
        return toHex(decapsulateSeeded(fromHex(test.seed), test.ek, fromHex(test.c))) === test.K;
      };
    default:
      return `${algorithm} is not in TLS 1.3`;
  }
}

function verifier({ publicKeyDer }: Group, scheme: string): Judge {
  const key = nodeCrypto.importPublicKey(fromHex(publicKeyDer));
  return ({ msg, sig }) => key.verify(scheme as SignatureName, fromHex(msg), fromHex(sig));
}

function aead(algorithm: string, { keySize }: Group): Judge | string {
  const name = (algorithm === 'AES-GCM' ? `aes-${keySize}-gcm` : algorithm.toLowerCase()) as AeadName;
  if (!nodeCrypto.capabilities.aeads.includes(name)) return `${name} is not in TLS 1.3`;
  return ({ key, iv, aad, msg, ct, tag }) => {
    if (fromHex(iv).length !== AEAD_NONCE_LENGTH) return 'a nonce of another length than that of TLS';
    const cipher = nodeCrypto.aead(name, fromHex(key));
    const opened = cipher.open(fromHex(iv), fromHex(aad), concat([fromHex(ct), fromHex(tag)]));
    return opened !== null && toHex(opened) === msg;
  };
}

function hkdf(hash: string): Judge {
  return ({ ikm, salt, info, size, okm }) => {
    const name = hash as HashName;
    const secret = hkdfExtract(nodeCrypto, name, fromHex(salt), fromHex(ikm));
    return toHex(hkdfExpand(nodeCrypto, name, secret, fromHex(info), size)) === okm;
  };
}

/** `SHA-256` as the provider has it. */
function hashName(sha: string): string {
  return sha.toLowerCase().replace('-', '');
}
