/** Key agreement: RFC 7748's vectors, node with noble both ways, and every share that must be refused. */
import { createPrivateKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { concat, copy, fromHex, toHex } from '../bytes/index.ts';
import { CryptoError, type GroupName } from './index.ts';
import { x25519Secret as nobleX25519 } from './noble/groups.ts';
import { nobleCrypto } from './noble/index.ts';
import { x25519Secret as nodeX25519 } from './node/groups.ts';
import { nodeCrypto } from './node/index.ts';
import { encodePkcs8 } from './pkcs8.ts';

const providers = [nodeCrypto, nobleCrypto];
const { groups } = nodeCrypto.capabilities;

const LENGTHS: Readonly<Record<GroupName, readonly [client: number, server: number, secret: number]>> = {
  x25519: [32, 32, 32],
  secp256r1: [65, 65, 32],
  secp384r1: [97, 97, 48],
  secp521r1: [133, 133, 66],
  X25519MLKEM768: [1216, 1120, 64],
  SecP256r1MLKEM768: [1249, 1153, 64],
  SecP384r1MLKEM1024: [1665, 1665, 80],
  MLKEM1024: [1568, 1568, 32],
  ffdhe2048: [256, 256, 256],
  ffdhe3072: [384, 384, 384],
};

/** Points of low order on Curve25519 and its twist: RFC 7748 section 6.1's all-zero outputs. */
const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

/** Only OpenSSL has finite fields. */
const withGroup = (name: GroupName) => providers.filter(({ capabilities }) => capabilities.groups.includes(name));

test('the providers declare the same groups, but for finite fields', () => {
  const portable = groups.filter((name) => !name.startsWith('ffdhe'));
  expect(new Set(nobleCrypto.capabilities.groups)).toEqual(new Set(portable));
  expect(groups.length).toBe(Object.keys(LENGTHS).length);
});

test('by default no group makes a ClientHello longer or a peer slower than those before', () => {
  const [first, ...others] = nodeCrypto.capabilities.defaultGroups;
  expect(others.slice(0, 3)).not.toContain('SecP256r1MLKEM768');
  expect(['X25519MLKEM768', 'x25519']).toContain(first);
  expect(nobleCrypto.capabilities.defaultGroups).toEqual(['x25519', 'secp256r1', 'secp384r1', 'secp521r1']);
  for (const { capabilities } of providers) {
    expect(capabilities.defaultGroups.filter((name) => name.startsWith('ffdhe'))).toEqual([]);
    expect(capabilities.defaultGroups).not.toContain('MLKEM1024');
  }
});

describe.each(groups)('%s', (name) => {
  const pairs = withGroup(name).flatMap((client) => withGroup(name).map((server) => [client, server] as const));

  test.each(pairs)('agrees between two providers (%#)', (client, server) => {
    const own = client.group(name).generate();
    const { share, secret } = server.group(name).respond(own.share);
    expect(own.finish(share)).toEqual(secret);
    expect([own.share.length, share.length, secret.length]).toEqual(LENGTHS[name]);
    expect(client.group(name).generate().share).not.toEqual(own.share);
  });

  test.each(withGroup(name))('$name refuses shares of another length', (crypto) => {
    const own = crypto.group(name).generate();
    const { share } = crypto.group(name).respond(own.share);
    for (const length of [0, 1, share.length - 1])
      expect(refusal(() => own.finish(share.subarray(0, length)))).toBe(true);
    expect(refusal(() => own.finish(concat([share, Uint8Array.of(0)])))).toBe(true);
    expect(refusal(() => crypto.group(name).respond(own.share.subarray(1)))).toBe(true);
    expect(refusal(() => crypto.group(name).respond(concat([own.share, Uint8Array.of(0)])))).toBe(true);
  });
});

describe.each(providers)('$name', (crypto) => {
  test('knows no other group', () => {
    expect(() => crypto.group('secp256k1' as GroupName)).toThrow(CryptoError);
    expect(() => crypto.group('toString' as GroupName)).toThrow(CryptoError);
  });

  test.each(['secp256r1', 'secp384r1', 'secp521r1'] as const)(
    '%s refuses what is not an uncompressed point',
    (name) => {
      const group = crypto.group(name);
      const { share } = group.generate();
      const field = (share.length - 1) / 2;
      const last = share.at(-1) ?? 0;
      const compressed = concat([Uint8Array.of(2 + (last & 1)), share.subarray(1, 1 + field)]);
      const offCurve = change(share, share.length - 1, last ^ 1);
      const hybrid = change(share, 0, 6 + (last & 1));
      const infinity = Uint8Array.of(0);
      const zeros = change(new Uint8Array(share.length), 0, 4);
      const tooLarge = change(new Uint8Array(share.length).fill(255), 0, 4);
      for (const bad of [compressed, offCurve, hybrid, infinity, zeros, tooLarge]) {
        expect(refusal(() => group.respond(bad))).toBe(true);
        expect(refusal(() => group.generate().finish(bad))).toBe(true);
      }
    },
  );

  test('x25519 refuses an all-zero secret', () => {
    const x25519 = crypto.group('x25519');
    for (const point of LOW_ORDER) expect(refusal(() => x25519.respond(fromHex(point)))).toBe(true);
    const hybrid = crypto.group('X25519MLKEM768');
    const { share } = hybrid.generate();
    for (const point of LOW_ORDER) {
      expect(refusal(() => hybrid.respond(concat([share.subarray(0, 1184), fromHex(point)])))).toBe(true);
    }
  });

  test.each([
    ['SecP256r1MLKEM768', 65, 32],
    ['SecP384r1MLKEM1024', 97, 48],
  ] as const)('%s puts the curve first, and refuses what either half refuses', (name, length, secretLength) => {
    const hybrid = crypto.group(name);
    const own = hybrid.generate();
    const { share, secret } = hybrid.respond(own.share);
    const other = own.finish(change(share, share.length - 1, (share.at(-1) ?? 0) ^ 1));
    expect(other.subarray(0, secretLength)).toEqual(secret.subarray(0, secretLength));
    expect(other.subarray(secretLength)).not.toEqual(secret.subarray(secretLength));
    expect(refusal(() => own.finish(change(share, length - 1, (share[length - 1] ?? 0) ^ 1)))).toBe(true);
    expect(refusal(() => hybrid.respond(change(own.share, 0, 2)))).toBe(true);
    const unreduced = change(change(own.share, length, 3329 & 0xff), length + 1, 0x0f | (3329 >> 8));
    expect(refusal(() => hybrid.respond(unreduced))).toBe(true);
  });

  test('MLKEM1024 stands alone, and refuses coefficients that are not reduced', () => {
    const alone = crypto.group('MLKEM1024');
    const own = alone.generate();
    const { share, secret } = alone.respond(own.share);
    // ML-KEM rejects a changed ciphertext silently (FIPS 203 section 6.3): the ends come to differ.
    expect(own.finish(change(share, 0, (share[0] ?? 0) ^ 1))).not.toEqual(secret);
    const unreduced = change(change(own.share, 0, 3329 & 0xff), 1, 0x0f | (3329 >> 8));
    expect(refusal(() => alone.respond(unreduced))).toBe(true);
  });

  test('X25519MLKEM768 puts ML-KEM first', () => {
    const hybrid = crypto.group('X25519MLKEM768');
    const own = hybrid.generate();
    const { share, secret } = hybrid.respond(own.share);
    // ML-KEM rejects a changed ciphertext silently (FIPS 203 section 6.3), so the X25519 half stays as it was.
    const other = own.finish(change(share, 0, (share[0] ?? 0) ^ 1));
    expect(other.subarray(32)).toEqual(secret.subarray(32));
    expect(other.subarray(0, 32)).not.toEqual(secret.subarray(0, 32));
  });

  test('X25519MLKEM768 refuses coefficients that are not reduced', () => {
    const hybrid = crypto.group('X25519MLKEM768');
    const { share } = hybrid.generate();
    // The first 12 bits, little-endian, become q = 3329: FIPS 203 section 7.2, the modulus check.
    const unreduced = change(change(share, 0, 3329 & 0xff), 1, ((share[1] ?? 0) & 0xf0) | (3329 >> 8));
    expect(refusal(() => hybrid.respond(unreduced))).toBe(true);
    const reduced = change(unreduced, 0, 3328 & 0xff);
    expect(hybrid.respond(reduced).share).toHaveLength(1120);
  });
});

test.each(['ffdhe2048', 'ffdhe3072'] as const)(
  '%s refuses values of small order and those beyond the prime',
  (name) => {
    const group = nodeCrypto.group(name);
    const { length } = group.generate().share;
    const number = (last: number) => change(new Uint8Array(length), length - 1, last);
    // The primes of RFC 7919 end in 64 ones: p - 1 ends in ...fe.
    const p = finitePrime(name);
    const beyond = [p, change(p, length - 1, 0xfe), new Uint8Array(length).fill(255)];
    for (const bad of [number(0), number(1), ...beyond]) {
      expect(refusal(() => group.respond(bad))).toBe(true);
      expect(refusal(() => group.generate().finish(bad))).toBe(true);
    }
    expect(group.respond(number(4)).secret.length).toBe(length);
  },
);

test('ffdhe2048 keeps leading zeros', () => {
  const group = nodeCrypto.group('ffdhe2048');
  const short = { share: false, secret: false };
  for (let i = 0; i < 3000 && !(short.share && short.secret); i++) {
    const own = group.generate();
    const { share, secret } = group.respond(own.share);
    short.share ||= share[0] === 0;
    short.secret ||= secret[0] === 0;
    expect([share.length, secret.length]).toEqual([256, 256]);
    if (secret[0] === 0) expect(own.finish(share)).toEqual(secret);
  }
  expect(short).toEqual({ share: true, secret: true });
}, 60_000);

/** The prime as OpenSSL's keys have it is asked for in another way: two is a square, so its order is (p - 1) / 2. */
function finitePrime(name: 'ffdhe2048' | 'ffdhe3072'): Uint8Array {
  const bits = name === 'ffdhe2048' ? 2048n : 3072n;
  const offset = name === 'ffdhe2048' ? 560_316n : 2_625_351n;
  // 2^n - 2^(n-64) + (floor(2^(n-130) e) + X) 2^64 - 1 (RFC 7919 appendix A).
  const p = (1n << bits) - (1n << (bits - 64n)) + ((eTimes(bits - 130n) + offset) << 64n) - 1n;
  return fromHex(p.toString(16));
}

/** floor(2^n e), by its series. */
function eTimes(n: bigint): bigint {
  const guard = 200n;
  let sum = 0n;
  for (let [term, k] = [1n << (n + guard), 1n]; term > 0n; term /= k, k++) sum += term;
  return sum >> guard;
}

describe('RFC 7748', () => {
  const functions = [
    {
      name: 'node',
      x25519: (scalar: Uint8Array, u: Uint8Array) => {
        const der = encodePkcs8(fromHex('300506032b656e'), concat([fromHex('0420'), scalar]));
        return nodeX25519(createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' }), u);
      },
    },
    { name: 'noble', x25519: nobleX25519 },
  ];

  test.each(functions)('sections 5.2 and 6.1 on $name', ({ x25519 }) => {
    const compute = (scalar: string, u: string) => toHex(x25519(fromHex(scalar), fromHex(u)));
    expect(
      compute(
        'a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4',
        'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c',
      ),
    ).toBe('c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552');
    expect(
      compute(
        '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
        'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
      ),
    ).toBe('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742');
  });
});

function change(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const out = copy(bytes);
  out[at] = value;
  return out;
}

function refusal(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch (error) {
    return error instanceof CryptoError && error.code === 'invalid_key_share';
  }
}
