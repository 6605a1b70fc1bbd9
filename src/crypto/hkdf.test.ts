import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../bytes/index.ts';
import { hkdfExpand, hkdfExtract } from './index.ts';
import { nobleCrypto } from './noble/index.ts';
import { nodeCrypto } from './node/index.ts';

// RFC 5869 appendix A.1 to A.4.
const vectors = [
  {
    name: 'A.1 basic SHA-256',
    hash: 'sha256',
    input: '0b'.repeat(22),
    salt: '000102030405060708090a0b0c',
    info: 'f0f1f2f3f4f5f6f7f8f9',
    key: '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
    output: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  },
  {
    name: 'A.2 longer inputs and outputs',
    hash: 'sha256',
    input: sequence(0x00, 80),
    salt: sequence(0x60, 80),
    info: sequence(0xb0, 80),
    key: '06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244',
    output:
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09' +
      'da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
  },
  {
    name: 'A.3 no salt, no info',
    hash: 'sha256',
    input: '0b'.repeat(22),
    salt: '',
    info: '',
    key: '19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04',
    output: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
  },
  {
    name: 'A.4 basic SHA-1',
    hash: 'sha1',
    input: '0b'.repeat(11),
    salt: '000102030405060708090a0b0c',
    info: 'f0f1f2f3f4f5f6f7f8f9',
    key: '9b6c18c432a7bf8f0e71c8eb88f4b30baa2ba243',
    output: '085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896',
  },
] as const;

function sequence(first: number, length: number): string {
  return toHex(Uint8Array.from({ length }, (_, i) => first + i));
}

describe.each([nodeCrypto, nobleCrypto])('HKDF on $name', (crypto) => {
  test.each(vectors)('RFC 5869 $name', ({ hash, input, salt, info, key, output }) => {
    const extracted = hkdfExtract(crypto, hash, fromHex(salt), fromHex(input));
    expect(toHex(extracted)).toBe(key);
    expect(toHex(hkdfExpand(crypto, hash, extracted, fromHex(info), output.length / 2))).toBe(output);
  });

  test('stops at 255 digests', () => {
    const expand = (length: number) => hkdfExpand(crypto, 'sha256', new Uint8Array(32), new Uint8Array(0), length);
    expect(expand(255 * 32)).toHaveLength(8160);
    expect(toHex(expand(8160)).substring(0, 200)).toBe(toHex(expand(100)));
    expect(() => expand(8161)).toThrow(RangeError);
  });
});
