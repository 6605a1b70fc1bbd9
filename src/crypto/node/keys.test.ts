import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { importPublicKey } from './keys.ts';

const MESSAGE = Uint8Array.of(1, 2, 3);

function signer() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
  });
  return { spki: new Uint8Array(publicKey), signature: new Uint8Array(sign(null, MESSAGE, privateKey)) };
}

test('a key that is met again is the same, and the bytes it came in may change', () => {
  const { spki, signature } = signer();
  const first = importPublicKey(spki);
  expect(importPublicKey(Uint8Array.from(spki))).toBe(first);
  spki.fill(0);
  expect(first.verify('ed25519', MESSAGE, signature)).toBe(true);
});

test('keys stay apart, however many are met', () => {
  const signers = Array.from({ length: 300 }, signer);
  const verifies = (at: number, by: number) =>
    importPublicKey(signers[at]?.spki ?? MESSAGE).verify('ed25519', MESSAGE, signers[by]?.signature ?? MESSAGE);
  const first = importPublicKey(signers[0]?.spki ?? MESSAGE);
  for (let at = 0; at < signers.length; at++) {
    expect(verifies(at, at)).toBe(true);
    expect(verifies(at, (at + 1) % signers.length)).toBe(false);
  }
  // Not all of them are kept.
  expect(importPublicKey(signers[0]?.spki ?? MESSAGE)).not.toBe(first);
  expect(verifies(0, 0)).toBe(true);
});
