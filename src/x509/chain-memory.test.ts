import { describe, expect, it } from 'vitest';
import { chainOf, codes, crypto, DAY, issue, NOW, validate } from '../../test/x509/support.ts';
import type { CryptoProvider } from '../crypto/index.ts';
import { ChainMemory } from './chain-memory.ts';
import { referenceIdentity } from './identity.ts';
import { RootStore } from './roots.ts';

const { root, intermediate, leaf } = chainOf();
const roots = new RootStore([root.der]);
const sent = [leaf.der, intermediate.der];

/** A provider that counts the signatures it verifies. */
function counting() {
  let verified = 0;
  const provider: CryptoProvider = {
    ...crypto,
    importPublicKey(spki) {
      const key = crypto.importPublicKey(spki);
      const verify: typeof key.verify = (...args) => {
        verified++;
        return key.verify(...args);
      };
      return { ...key, verify };
    },
  };
  return { provider, verified: () => verified };
}

/** A memory, and validation with it. */
function remembering() {
  const { provider, verified } = counting();
  const store = new RootStore([root.der]);
  const memory = new ChainMemory(store, provider);
  const again = (chain: readonly Uint8Array[] = sent, change: Parameters<typeof validate>[2] = {}) =>
    validate(chain, [], { roots: store, crypto: provider, memory, ...change });
  return { again, verified, memory, provider };
}

describe('a chain that was trusted', () => {
  it('is trusted again, in the same words, and nothing is verified', () => {
    const { again, verified } = remembering();
    const first = again();
    const before = verified();
    expect(before).toBeGreaterThan(0);
    expect(again()).toEqual(first);
    expect(again([leaf.der, root.der, intermediate.der])).toMatchObject({ trusted: true, sent: [0, 2, 1] });
    expect(verified()).toBe(before);
  });

  it.each<[string, Parameters<typeof validate>[2], string]>([
    ['later', { at: NOW + 2 * DAY }, 'CERT_EXPIRED@0'],
    ['earlier', { at: NOW - 2 * DAY }, 'CERT_NOT_YET_VALID@0'],
    ['for another purpose', { purpose: 'client' }, 'CERT_WRONG_PURPOSE@0'],
    ['for another name', { name: referenceIdentity('other.example') }, 'NAME_MISMATCH@0'],
  ])('is judged anew %s', (_, change, code) => {
    const { again } = remembering();
    expect(again()).toMatchObject({ trusted: true });
    expect(codes(again(sent, change))).toContain(code);
  });

  it('does not lend its trust to one that differs in a bit', () => {
    const { again } = remembering();
    again();
    for (const [depth, der] of sent.entries()) {
      const forged = Uint8Array.from(der);
      const last = forged.length - 1;
      forged[last] = (forged[last] ?? 0) ^ 1;
      const chain = sent.map((one, index) => (index === depth ? forged : one));
      expect(codes(again(chain))).toContain(`CERT_SIGNATURE_INVALID@${depth}`);
    }
  });

  it('is not trusted by other roots or another provider', () => {
    const { again, memory } = remembering();
    again();
    const stranger = issue({ name: 'Stranger', ca: {} });
    expect(validate(sent, [stranger.der], { memory })).toMatchObject({ trusted: false });
    const refusing: CryptoProvider = {
      ...crypto,
      importPublicKey: (spki) => ({ ...crypto.importPublicKey(spki), verify: () => false }),
    };
    expect(validate(sent, [], { roots, crypto: refusing, memory })).toMatchObject({ trusted: false });
  });

  it('does not depend on the bytes it came in', () => {
    const { again } = remembering();
    const mine = sent.map((der) => Uint8Array.from(der));
    const first = again(mine);
    expect(first.trusted).toBe(true);
    for (const der of mine) der.fill(0);
    expect(again()).toMatchObject({ trusted: true });
    expect(codes(again(mine))).toContain('CERT_MALFORMED@0');
  });
});

describe('what is kept', () => {
  it('is nothing of a chain that was refused', () => {
    const { again, verified } = remembering();
    const expired = { at: NOW + 2 * DAY };
    again(sent, expired);
    const before = verified();
    again(sent, expired);
    expect(verified()).toBe(2 * before);
  });

  it('is bounded', () => {
    const { again, verified } = remembering();
    again();
    for (let i = 0; i < 80; i++) {
      const other = issue({ name: 'shop.example', by: intermediate, names: ['shop.example'] });
      expect(again([other.der, intermediate.der])).toMatchObject({ trusted: true });
    }
    const before = verified();
    expect(again()).toMatchObject({ trusted: true });
    expect(verified()).toBeGreaterThan(before);
  });

  it('is no certificate of unusual length', () => {
    const { again, verified } = remembering();
    const names = ['shop.example', ...Array.from({ length: 900 }, (_, i) => `name-${i}.shop.example`)];
    const long = issue({ name: 'shop.example', by: intermediate, names });
    const chain = [long.der, intermediate.der];
    expect(again(chain)).toMatchObject({ trusted: true });
    const before = verified();
    expect(again(chain)).toMatchObject({ trusted: true });
    expect(verified()).toBe(before + 1);
  });
});
