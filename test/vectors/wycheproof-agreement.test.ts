/** Key agreement against Wycheproof, both providers: X25519, the NIST curves and ML-KEM-768 inside the hybrid. */
import { describe, expect, test } from 'vitest';
import { concat, fromHex, toHex } from '../../src/bytes/index.ts';
import { x25519MlKem768 } from '../../src/crypto/agreement.ts';
import { CryptoError } from '../../src/crypto/index.ts';
import { nistSecret, x25519Secret as nobleX25519 } from '../../src/crypto/noble/groups.ts';
import { nobleCrypto } from '../../src/crypto/noble/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import {
  CURVES,
  type Curve,
  nodeMlKem,
  nodeNist,
  type Secret,
  scalar,
  seeded,
  x25519SecretOf,
} from '../support/agreements.ts';
import { wycheproof } from '../support/vectors.ts';

/** What each provider's key agreements compute once their private key is chosen. */
const providers = [
  {
    crypto: nodeCrypto,
    x25519: x25519SecretOf satisfies Secret,
    nist: (curve: Curve): Secret => nodeNist(curve),
    mlKem: nodeMlKem,
  },
  {
    crypto: nobleCrypto,
    x25519: nobleX25519 satisfies Secret,
    nist:
      (curve: Curve): Secret =>
      (scalar, share) =>
        nistSecret(curve, scalar, share),
    mlKem: (seed: Uint8Array) => seeded(seed),
  },
];

/**
 * Noble takes about 10 ms per case on the larger curves, 14 seconds for all of them: there it gets every case that
 * must fail and this many others, evenly spread. It has passed the whole.
 */
const NOBLE_VALID_CASES = 100;

describe.each(providers)('$crypto.name', ({ crypto, x25519, nist, mlKem }) => {
  const xdh = wycheproof<'public' | 'private' | 'shared'>('x25519');

  test.skipIf(xdh === undefined)('x25519', () => {
    const cases = (xdh?.testGroups ?? []).flatMap(({ tests }) => tests);
    const wrong = cases.filter((item) => {
      const outcome = attempt(() => x25519(fromHex(item.private), fromHex(item.public)));
      return outcome !== (item.flags.includes('ZeroSharedSecret') ? 'refused' : item.shared);
    });
    expect(wrong).toEqual([]);
    expect(cases).toHaveLength(xdh?.numberOfTests ?? 0);
  });

  describe.each(CURVES)('$curve', ({ curve, bytes }) => {
    const data = wycheproof<'public' | 'private' | 'shared'>(`ecdh_${curve}_ecpoint`);

    test.skipIf(data === undefined)('ecpoint', () => {
      const all = (data?.testGroups ?? []).flatMap(({ tests }) => tests);
      expect(all).toHaveLength(data?.numberOfTests ?? 0);
      const cases = crypto === nobleCrypto && curve !== 'secp256r1' ? sample(all, NOBLE_VALID_CASES) : all;
      const wrong = cases.filter((item) => {
        const outcome = attempt(() => nist(curve)(scalar(item.private, bytes), fromHex(item.public)));
        // TLS knows no compressed points (RFC 8446 section 4.2.8.2): those are "acceptable" to Wycheproof.
        return outcome !== (item.result === 'valid' ? item.shared : 'refused');
      });
      expect(wrong).toEqual([]);
    });
  });

  const kem = wycheproof<'seed' | 'ek' | 'c' | 'K'>('mlkem_768');

  test.skipIf(kem === undefined)('X25519MLKEM768 decapsulates as published', () => {
    const all = (kem?.testGroups ?? []).flatMap(({ tests }) => tests);
    expect(all).toHaveLength(kem?.numberOfTests ?? 0);
    // A seed of the wrong length can not come from a peer.
    const cases = all.filter(({ seed }) => seed.length === 128);
    expect(cases).toHaveLength(173);
    const wrong = cases.filter((item) => {
      const own = x25519MlKem768(crypto.group('x25519'), mlKem(fromHex(item.seed), item.ek)).generate();
      const encapsulationKey = toHex(own.share.subarray(0, 1184));
      const peer = crypto.group('x25519').generate();
      const outcome = attempt(() => own.finish(concat([fromHex(item.c), peer.share])).subarray(0, 32));
      return encapsulationKey !== item.ek || outcome !== (item.result === 'valid' ? item.K : 'refused');
    });
    expect(wrong).toEqual([]);
  });
});

function attempt(compute: () => Uint8Array): string {
  try {
    return toHex(compute());
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'invalid_key_share') return 'refused';
    throw error;
  }
}

function sample<T extends { readonly result: string }>(cases: readonly T[], limit: number): readonly T[] {
  const valid = cases.filter(({ result }) => result === 'valid');
  const step = Math.ceil(valid.length / limit);
  return cases.filter((item) => item.result !== 'valid' || valid.indexOf(item) % step === 0);
}
