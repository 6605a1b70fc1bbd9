/** Signature verification against Wycheproof, both providers. */
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../src/bytes/index.ts';
import type { SchemeName } from '../../src/crypto/index.ts';
import { nobleCrypto } from '../../src/crypto/noble/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { wycheproof } from '../support/vectors.ts';

const files = [
  { file: 'ecdsa_secp256r1_sha256', scheme: 'ecdsa_secp256r1_sha256' },
  { file: 'ecdsa_secp384r1_sha384', scheme: 'ecdsa_secp384r1_sha384' },
  { file: 'ecdsa_secp521r1_sha512', scheme: 'ecdsa_secp521r1_sha512' },
  { file: 'ed25519', scheme: 'ed25519' },
  { file: 'ed448', scheme: 'ed448' },
  { file: 'rsa_signature_2048_sha256', scheme: 'rsa_pkcs1_sha256' },
  { file: 'rsa_pss_2048_sha256_mgf1_32', scheme: 'rsa_pss_rsae_sha256' },
] as const satisfies readonly { file: string; scheme: SchemeName }[];

/** The hashes that TLS has RSA-PSS schemes for. */
const HASHES = [
  { sha: 'SHA-256', scheme: 'rsa_pss_rsae_sha256', length: 32 },
  { sha: 'SHA-384', scheme: 'rsa_pss_rsae_sha384', length: 48 },
  { sha: 'SHA-512', scheme: 'rsa_pss_rsae_sha512', length: 64 },
] as const satisfies readonly { sha: string; scheme: SchemeName; length: number }[];

interface PssGroup {
  readonly publicKeyDer: string;
  readonly sha: string;
  readonly mgfSha: string;
  readonly sLen: number;
}

describe.each([nodeCrypto, nobleCrypto])('$name', (provider) => {
  describe.each(files)('$file', ({ file, scheme }) => {
    const data = wycheproof<'msg' | 'sig', { readonly publicKeyDer: string }>(file);

    test.skipIf(data === undefined)('verifies as published', () => {
      const wrong: string[] = [];
      let cases = 0;
      for (const { publicKeyDer, tests } of data?.testGroups ?? []) {
        const key = provider.importPublicKey(fromHex(publicKeyDer));
        for (const { tcId, msg, sig, result, flags } of tests) {
          cases++;
          // "acceptable" is one PKCS#1 signature whose DigestInfo lacks the NULL: RFC 8017 section 9.2 wants it.
          const isGood = key.verify(scheme, fromHex(msg), fromHex(sig));
          if (isGood !== (result === 'valid')) wrong.push(`${tcId} ${result} ${flags.join()}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(cases).toBe(data?.numberOfTests);
    });
  });

  const pss = wycheproof<'msg' | 'sig', PssGroup>('rsa_pss_misc');

  test.skipIf(pss === undefined)('rsa_pss_misc: valid only with one hash and a salt as long as its digest', () => {
    const verdicts: string[] = [];
    for (const { sha, scheme, length } of HASHES) {
      for (const group of pss?.testGroups.filter((candidate) => candidate.sha === sha) ?? []) {
        const key = provider.importPublicKey(fromHex(group.publicKeyDer));
        const isTls = group.mgfSha === sha && group.sLen === length;
        for (const { msg, sig } of group.tests) {
          const isGood = key.verify(scheme, fromHex(msg), fromHex(sig));
          verdicts.push(isGood === isTls ? String(isGood) : `${sha} ${group.mgfSha} ${group.sLen}`);
        }
      }
    }
    expect(verdicts.filter((verdict) => verdict === 'true')).toHaveLength(HASHES.length);
    expect(verdicts.filter((verdict) => verdict === 'false')).toHaveLength(90 - HASHES.length);
    expect(verdicts).toHaveLength(90);
  });
});
