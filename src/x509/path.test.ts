import { describe, expect, it } from 'vitest';
import { chainOf, codes, crypto, type Issued, issue, keyOf, NOW, validate } from '../../test/x509/support.ts';
import { CryptoError, type CryptoProvider, type PublicKey } from '../crypto/index.ts';

const { root, intermediate, leaf } = chainOf();

/** The provider, with every `verify` replaced. */
function verifying(verify: (key: PublicKey, ...args: Parameters<PublicKey['verify']>) => boolean): CryptoProvider {
  return {
    ...crypto,
    importPublicKey: (spki) => {
      const key = crypto.importPublicKey(spki);
      return { type: key.type, bits: key.bits, verify: (...args) => verify(key, ...args) };
    },
  };
}

/** Counts signature verifications and imported keys. */
function counting() {
  const counts = { verifications: 0, imports: 0 };
  const provider = verifying((key, ...args) => {
    counts.verifications++;
    return key.verify(...args);
  });
  const importPublicKey = (spki: Uint8Array) => {
    counts.imports++;
    return provider.importPublicKey(spki);
  };
  return { counted: { ...provider, importPublicKey }, counts };
}

describe('the crypto provider', () => {
  const judgeWith = (provider: CryptoProvider) =>
    validate([leaf.der, intermediate.der], [root.der], { crypto: provider });

  it('may not know a scheme', () => {
    const provider = verifying(() => {
      throw new CryptoError('unsupported', 'not here');
    });
    expect(codes(judgeWith(provider))).toEqual(['CERT_SIGNATURE_UNSUPPORTED@0', 'CERT_SIGNATURE_UNSUPPORTED@1']);
  });

  it('may have bugs, which are not taken for a fault of the chain', () => {
    const bug = () => {
      throw new TypeError('a bug');
    };
    expect(() => judgeWith(verifying(bug))).toThrow('a bug');
    expect(() => judgeWith({ ...crypto, importPublicKey: bug })).toThrow('a bug');
    expect(() => validate([null as unknown as Uint8Array], [])).toThrow(TypeError);
  });

  it('is asked once for each key and each signature', () => {
    const { counted, counts } = counting();
    const sibling = issue({ name: 'Test Intermediate', by: root, ca: {}, notAfter: NOW - 1000 });
    expect(validate([leaf.der, sibling.der, intermediate.der], [root.der], { crypto: counted }).trusted).toBe(true);
    expect(counts).toEqual({ imports: 3, verifications: 3 });
  });
});

describe('hostile webs of certificates end soon', () => {
  it('every certificate signed by every other', () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F'];
    const first = names.map((name) => issue({ name, ca: {} }));
    const web: Issued[] = [];
    for (const name of names) for (const by of first) if (by.key !== keyOf(name)) web.push(issue({ name, by, ca: {} }));
    const end = issue({ name: 'shop.example', by: web[0] ?? root, names: ['shop.example'] });
    const { counted, counts } = counting();
    const verdict = validate(
      [end, ...web].map((one) => one.der),
      [],
      { crypto: counted },
    );
    expect(verdict.trusted).toBe(false);
    expect(verdict.path.length).toBeGreaterThan(0);
    expect(counts.verifications).toBeLessThanOrEqual(128);
    expect(counts.imports).toBeLessThanOrEqual(32);
  });

  it('more cross-signs than are judged', () => {
    const crossed = Array.from({ length: 63 }, (_, index) =>
      issue({ name: 'Test Intermediate', by: issue({ name: `Cross ${index}`, ca: {} }), ca: {} }),
    );
    const judged = (count: number) =>
      validate([leaf.der], [root.der], {
        fetched: [...crossed.slice(0, count), intermediate].map((one) => one.der),
      });
    expect(judged(63).trusted).toBe(true);
    const more = issue({ name: 'Test Intermediate', by: issue({ name: 'Cross', ca: {} }), ca: {} });
    const sent = [leaf, more].map((one) => one.der);
    const { trusted, tried } = validate(sent, [root.der], {
      fetched: [...crossed, intermediate].map((one) => one.der),
    });
    expect(trusted).toBe(false);
    expect(tried).toHaveLength(16);
  });

  it('many of one name, none of which signed', () => {
    const sameName = Array.from({ length: 31 }, (_, index) =>
      issue({
        name: 'Test Intermediate',
        by: issue({ name: `R${index}`, ca: {} }),
        key: keyOf(`R${index}`),
        subjectPublicKey: keyOf(`K${index}`).spki,
        ca: {},
      }),
    );
    const { counted, counts } = counting();
    const verdict = validate([leaf.der, ...sameName.map((one) => one.der)], [], { crypto: counted });
    expect(codes(verdict)).toEqual(['UNKNOWN_ISSUER@0']);
    expect(counts.verifications).toBeLessThanOrEqual(128);
    expect(counts.imports).toBeLessThanOrEqual(32);
  });

  it('a chain without end', () => {
    const links = [issue({ name: 'L0', ca: {} })];
    for (let i = 1; i < 20; i++) links.unshift(issue({ name: `L${i}`, by: links[0] ?? root, ca: {} }));
    const end = issue({ name: 'shop.example', by: links[0] ?? root, names: ['shop.example'] });
    const verdict = validate(
      [end, ...links].map((one) => one.der),
      [links.at(-1)?.der ?? root.der],
    );
    expect(codes(verdict)).toEqual(['CHAIN_LIMIT_EXCEEDED@11']);
  });
});
