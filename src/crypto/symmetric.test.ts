/** Hashes, HMAC and AEADs: what the contract says beyond the published vectors, and that the providers agree. */
import { describe, expect, test } from 'vitest';

import { concat, copy, fromAscii, toHex } from '../bytes/index.ts';
import { AEAD_KEY_LENGTH, AEAD_TAG_LENGTH, type Aead, HASH_LENGTH } from './index.ts';
import { nobleCrypto } from './noble/index.ts';
import { nodeCrypto } from './node/index.ts';

const providers = [nodeCrypto, nobleCrypto];
const { hashes } = nodeCrypto.capabilities;
const common = nobleCrypto.capabilities.aeads;
const NONCE = new Uint8Array(12).fill(7);

test('the providers declare the same, but for CCM', () => {
  expect(new Set(nobleCrypto.capabilities.hashes)).toEqual(new Set(hashes));
  expect(nodeCrypto.capabilities.aeads).toEqual(expect.arrayContaining([...common]));
});

/** One ciphertext of a plaintext that is handed over in two pieces. */
function seal(aead: Aead, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const cut = plaintext.length >> 1;
  return concat(aead.seal(nonce, aad, plaintext.subarray(0, cut), plaintext.subarray(cut)));
}

describe.each(providers)('$name', (crypto) => {
  test.each(hashes)('%s runs, forks and ends', (name) => {
    const running = crypto.hash(name).update(fromAscii('ab'));
    const fork = running.copy();
    running.update(fromAscii('c'));
    fork.update(fromAscii('x'));
    const digest = running.digest();
    expect(digest).toEqual(crypto.digest(name, fromAscii('abc')));
    expect(digest).toHaveLength(HASH_LENGTH[name]);
    expect(fork.digest()).toEqual(crypto.digest(name, fromAscii('abx')));
    expect(() => running.digest()).toThrow();
    expect(() => running.update(fromAscii('d'))).toThrow();
  });

  // Short and long ones may be kept differently, and a fork may be made on either side of the limit.
  test.each([0, 1, 1000, 1023, 1024, 1025, 2047, 2048, 2049, 5000])('hashes fork at any length: %i bytes', (length) => {
    const data = Uint8Array.from({ length: 3 * 700 + length }, (_, i) => i * 7);
    const running = crypto.hash('sha256').update(data.subarray(0, length));
    for (let at = length; at < data.length; at += 700) {
      const fork = running.copy();
      const other = fork.copy().update(fromAscii('other'));
      running.update(data.subarray(at, at + 700));
      fork.update(fromAscii('x'));
      const before = data.subarray(0, at);
      expect(other.digest()).toEqual(crypto.digest('sha256', concat([before, fromAscii('other')])));
      expect(fork.digest()).toEqual(crypto.digest('sha256', concat([before, fromAscii('x')])));
    }
    expect(running.digest()).toEqual(crypto.digest('sha256', data));
  });

  test('digests are published ones', () => {
    // FIPS 180-4 examples, "abc".
    expect(toHex(crypto.digest('sha1', fromAscii('abc')))).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
    expect(toHex(crypto.digest('sha256', fromAscii('abc')))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  test('HMAC of RFC 4231 section 4.3', () => {
    const mac = crypto.hmac('sha256', fromAscii('Jefe'), fromAscii('what do ya want for nothing?'));
    expect(toHex(mac)).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });

  test('random bytes differ', () => {
    expect(crypto.random(32)).toHaveLength(32);
    expect(crypto.random(32)).not.toEqual(crypto.random(32));
    expect(crypto.random(0)).toHaveLength(0);
  });

  test.each([12, 32, 63, 64, 65, 2000])('random bytes of %i never come again, nor stay zero', (length) => {
    const seen = new Set<string>();
    const columns = new Uint8Array(length);
    for (let i = 0; i < 200; i++) {
      const bytes = crypto.random(length);
      seen.add(toHex(bytes));
      for (const [at, byte] of bytes.entries()) columns[at] = (columns[at] ?? 0) | byte;
    }
    expect(seen.size).toBe(200);
    expect(columns.every((byte) => byte !== 0)).toBe(true);
  });

  describe.each(crypto.capabilities.aeads)('%s', (name) => {
    const key = new Uint8Array(AEAD_KEY_LENGTH[name]).fill(3);
    const aead = crypto.aead(name, key);
    const aad = fromAscii('header');
    const sealed = seal(aead, NONCE, aad, fromAscii('plaintext'));

    test('refuses every changed bit', () => {
      expect(aead.open(NONCE, aad, sealed)).toEqual(fromAscii('plaintext'));
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const changed = copy(sealed);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(aead.open(NONCE, aad, changed)).toBeNull();
      }
      expect(aead.open(NONCE, fromAscii('Header'), sealed)).toBeNull();
      expect(aead.open(new Uint8Array(12), aad, sealed)).toBeNull();
    });

    test('refuses every other length', () => {
      for (let length = 0; length < sealed.length; length++) {
        expect(aead.open(NONCE, aad, sealed.subarray(0, length))).toBeNull();
      }
      expect(aead.open(NONCE, aad, concat([sealed, Uint8Array.of(0)]))).toBeNull();
    });

    test('seals nothing to a tag alone', () => {
      const tag = seal(aead, NONCE, new Uint8Array(0), new Uint8Array(0));
      expect(tag).toHaveLength(AEAD_TAG_LENGTH[name]);
      tag[3] = (tag[3] ?? 0) ^ 1;
      expect(aead.open(NONCE, new Uint8Array(0), tag)).toBeNull();
      tag[3] = (tag[3] ?? 0) ^ 1;
      expect(aead.open(NONCE, new Uint8Array(0), tag)).toEqual(new Uint8Array(0));
    });

    test('takes content and trailer of any length as one plaintext', () => {
      const plaintext = crypto.random(9000);
      for (const cut of [0, 1, 2047, 2048, 2049, 8999, 9000]) {
        const parts = aead.seal(NONCE, aad, plaintext.subarray(0, cut), plaintext.subarray(cut));
        expect(aead.open(NONCE, aad, concat(parts))).toEqual(plaintext);
      }
    });

    test('keeps its key and its results to itself', () => {
      const own = copy(key);
      const other = crypto.aead(name, own);
      own.fill(0);
      expect(seal(other, NONCE, aad, fromAscii('plaintext'))).toEqual(sealed);
      const again = seal(other, NONCE, aad, fromAscii('another'));
      expect(other.open(NONCE, aad, sealed)).toEqual(fromAscii('plaintext'));
      expect(other.open(NONCE, aad, again)).toEqual(fromAscii('another'));
    });

    test('wants its own lengths of key and nonce', () => {
      expect(() => crypto.aead(name, key.subarray(1))).toThrow(RangeError);
      expect(() => seal(aead, NONCE.subarray(1), aad, key)).toThrow(RangeError);
      expect(() => aead.open(new Uint8Array(16), aad, sealed)).toThrow(RangeError);
    });
  });
});

describe('node and noble agree', () => {
  test.each(hashes)('on HMAC with %s for keys around a block and data around the scratch memory', (name) => {
    for (const keyLength of [0, 1, 63, 64, 65, 127, 128, 129, 500]) {
      for (const dataLength of [0, 1, 63, 1023, 1024, 1025, 5000]) {
        const key = nodeCrypto.random(keyLength);
        const data = nodeCrypto.random(dataLength);
        expect(nodeCrypto.hmac(name, key, data)).toEqual(nobleCrypto.hmac(name, key, data));
      }
    }
  });

  test.each(common)('on %s', (name) => {
    for (const length of [0, 1, 15, 16, 17, 1000, 16_385]) {
      const key = nodeCrypto.random(AEAD_KEY_LENGTH[name]);
      const aad = nodeCrypto.random(length % 30);
      const plaintext = nodeCrypto.random(length);
      const sealed = seal(nodeCrypto.aead(name, key), NONCE, aad, plaintext);
      expect(seal(nobleCrypto.aead(name, key), NONCE, aad, plaintext)).toEqual(sealed);
      expect(nobleCrypto.aead(name, key).open(NONCE, aad, sealed)).toEqual(plaintext);
      expect(nodeCrypto.aead(name, key).open(NONCE, aad, sealed)).toEqual(plaintext);
    }
  });
});

test('a cipher that a provider has not is refused', () => {
  expect(() => nobleCrypto.aead('aes-128-ccm', new Uint8Array(16))).toThrow(/aes-128-ccm/);
});

/** RFC 3610's nonces have 13 bytes; this one was made with Python's cryptography (OpenSSL). */
test('CCM with tags of both lengths', () => {
  const key = Uint8Array.from({ length: 16 }, (_, i) => i);
  const nonce = Uint8Array.from({ length: 12 }, (_, i) => 0x10 + i);
  const sealed = (name: 'aes-128-ccm' | 'aes-128-ccm-8') =>
    toHex(seal(nodeCrypto.aead(name, key), nonce, fromAscii('header'), fromAscii('plaintext')));
  expect(sealed('aes-128-ccm')).toBe('53d9d8c92c8048ca7ec6b88f4905934ffa6d829e96150e64de');
  expect(sealed('aes-128-ccm-8')).toBe('53d9d8c92c8048ca7e4f200186dc9b9773');
});
