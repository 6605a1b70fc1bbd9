/** AEADs and HMAC against Wycheproof, both providers. */
import { describe, expect, test } from 'vitest';
import { concat, fromHex, toHex } from '../../src/bytes/index.ts';
import { AEAD_NONCE_LENGTH, type AeadName, type CryptoProvider } from '../../src/crypto/index.ts';
import { nobleCrypto } from '../../src/crypto/noble/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { type WycheproofCase, wycheproof } from '../support/vectors.ts';

type AeadCase = WycheproofCase<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag'>;

const aeads = [
  // AES-192 is not in TLS.
  { file: 'aes_gcm', names: { 128: 'aes-128-gcm', 256: 'aes-256-gcm' }, left: 103 },
  { file: 'chacha20_poly1305', names: { 256: 'chacha20-poly1305' }, left: 0 },
] as const satisfies readonly { file: string; names: Partial<Record<number, AeadName>>; left: number }[];

describe.each([nodeCrypto, nobleCrypto])('$name', (provider) => {
  describe.each(aeads)('$file', ({ file, names, left }) => {
    const data = wycheproof<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag', { keySize: number }>(file);

    test.skipIf(data === undefined)('seals and opens as published', () => {
      const wrong: string[] = [];
      let cases = 0;
      let otherKeySize = 0;
      for (const { keySize, tests } of data?.testGroups ?? []) {
        const name = Object.entries(names).find(([size]) => Number(size) === keySize)?.[1];
        if (name === undefined) otherKeySize += tests.length;
        else for (const item of tests) if (complaint(provider, name, item)) wrong.push(`${item.tcId} ${item.comment}`);
        cases += tests.length;
      }
      expect(wrong).toEqual([]);
      expect(cases).toBe(data?.numberOfTests);
      expect(otherKeySize).toBe(left);
    });
  });

  const hmacs = wycheproof<'key' | 'msg' | 'tag', { tagSize: number }>('hmac_sha256');

  test.skipIf(hmacs === undefined)('hmac_sha256', () => {
    const wrong: number[] = [];
    let cases = 0;
    for (const { tests, tagSize } of hmacs?.testGroups ?? []) {
      for (const { tcId, key, msg, tag, result } of tests) {
        const mac = provider.hmac('sha256', fromHex(key), fromHex(msg)).subarray(0, tagSize / 8);
        if ((toHex(mac) === tag) !== (result === 'valid')) wrong.push(tcId);
        cases++;
      }
    }
    expect(wrong).toEqual([]);
    expect(cases).toBe(hmacs?.numberOfTests);
  });
});

function complaint(provider: CryptoProvider, name: AeadName, item: AeadCase): boolean {
  const [nonce, aad, plaintext] = [fromHex(item.iv), fromHex(item.aad), fromHex(item.msg)];
  const sealed = concat([fromHex(item.ct), fromHex(item.tag)]);
  const aead = provider.aead(name, fromHex(item.key));
  if (nonce.length !== AEAD_NONCE_LENGTH) return !refuses(() => aead.open(nonce, aad, sealed));
  const opened = aead.open(nonce, aad, sealed);
  if (item.result === 'invalid') return opened !== null;
  const cut = plaintext.length >> 1;
  const resealed = concat(aead.seal(nonce, aad, plaintext.subarray(0, cut), plaintext.subarray(cut)));
  return opened === null || toHex(opened) !== item.msg || toHex(resealed) !== toHex(sealed);
}

function refuses(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch (error) {
    return error instanceof RangeError;
  }
}
