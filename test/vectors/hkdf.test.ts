/** HKDF (RFC 5869) against Wycheproof, both providers. */
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/index.ts';
import { hkdfExpand, hkdfExtract } from '../../src/crypto/index.ts';
import { nobleCrypto } from '../../src/crypto/noble/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { wycheproof } from '../support/vectors.ts';

describe.each([nodeCrypto, nobleCrypto])('$name', (provider) => {
  describe.each(['sha256', 'sha384'] as const)('hkdf_%s', (hash) => {
    const data = wycheproof<'ikm' | 'salt' | 'info' | 'okm'>(`hkdf_${hash}`);

    test.skipIf(data === undefined)('derives as published', () => {
      const cases = (data?.testGroups ?? []).flatMap(
        ({ tests }) => tests as readonly ((typeof tests)[number] & { size: number })[],
      );
      const wrong = cases.filter(({ ikm, salt, info, okm, size, result }) => {
        const key = hkdfExtract(provider, hash, fromHex(salt), fromHex(ikm));
        const derive = () => hkdfExpand(provider, hash, key, fromHex(info), size);
        if (result === 'valid') return toHex(derive()) !== okm;
        expect(derive).toThrow(RangeError);
        return false;
      });
      expect(wrong).toEqual([]);
      expect(cases).toHaveLength(data?.numberOfTests ?? 0);
    });
  });
});
