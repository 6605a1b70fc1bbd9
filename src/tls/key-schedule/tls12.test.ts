import { describe, expect, it } from 'vitest';
import { allocate, concat, EMPTY, fromHex, toHex } from '../../bytes/index.ts';
import { nobleCrypto } from '../../crypto/noble/index.ts';
import { nodeCrypto } from '../../crypto/node/index.ts';
import { LEGACY_SUITES } from '../registry/legacy-suites.ts';
import { TLS12_SUITES } from '../registry/tls12-suites.ts';
import { prf } from './prf.ts';
import { MASTER_SECRET_LENGTH, MasterSecret, PremasterSecret, type Tls12Keys } from './tls12.ts';

const suite = TLS12_SUITES.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384;
const base = { crypto: nodeCrypto, suite, allocate };
const randoms = { client: new Uint8Array(32).fill(1), server: new Uint8Array(32).fill(2) };
const master = new PremasterSecret(base, new Uint8Array(32).fill(3)).master(randoms);

const lengthsOf = ({ suite: _, ...keys }: Tls12Keys) =>
  Object.fromEntries(
    Object.entries(keys).map(([name, value]) => [name, typeof value === 'boolean' ? value : value.length]),
  );

describe.each([nodeCrypto, nobleCrypto])('the PRF with $name', (crypto) => {
  // A vector for P_SHA256 that the TLS working group's list has had since 2009.
  const [secret, seed] = ['9bbe436ba940f017b17652849a71db35', 'a0ba9f936cda311827a6f796ffd5198c'];
  const output =
    'e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af' +
    '0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701' +
    '87347b66';

  it.each([0, 1, 31, 32, 33, 64, 100])('gives %i bytes', (length) => {
    const bytes = prf(crypto, 'sha256', fromHex(secret), 'test label', [fromHex(seed)], length, allocate);
    expect(toHex(bytes)).toBe(output.substring(0, 2 * length));
  });

  it('joins the parts of its seed', () => {
    const parts = [fromHex(seed).subarray(0, 5), EMPTY, fromHex(seed).subarray(5)];
    expect(toHex(prf(crypto, 'sha256', fromHex(secret), 'test label', parts, 100, allocate))).toBe(output);
  });
});

describe('the key schedule', () => {
  it('binds the master secret to the randoms, or to the handshake (RFC 7627)', () => {
    const premaster = new PremasterSecret(base, new Uint8Array(32).fill(3));
    expect(master.secret.length).toBe(MASTER_SECRET_LENGTH);
    const others = [
      premaster.master({ ...randoms, server: randoms.client }),
      premaster.extendedMaster(new Uint8Array(48)),
      premaster.extendedMaster(new Uint8Array(48).fill(1)),
    ];
    expect(new Set([master, ...others].map(({ secret }) => toHex(secret))).size).toBe(4);
  });

  it('cuts keys for both directions, of the lengths that the suite wants', () => {
    const { client, server } = master.keys(randoms);
    expect([client, server].map(lengthsOf)).toEqual([
      { key: 32, iv: 4 },
      { key: 32, iv: 4 },
    ]);
    expect(new Set([client.key, server.key].map((key) => toHex(key))).size).toBe(2);
    const chacha = { ...base, suite: TLS12_SUITES.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 };
    expect(lengthsOf(new MasterSecret(chacha, master.secret).keys(randoms).client)).toEqual({ key: 32, iv: 12 });
  });

  it('cuts MAC keys before the others, and no IVs, in CBC mode', () => {
    const old = LEGACY_SUITES.get('TLS_RSA_WITH_3DES_EDE_CBC_SHA');
    if (old === undefined) throw new Error('no such suite');
    const secret = new MasterSecret({ ...base, suite: old }, master.secret);
    const { client, server } = secret.keys(randoms, true);
    const seed = [randoms.server, randoms.client];
    const block = prf(nodeCrypto, 'sha256', master.secret, 'key expansion', seed, 88, allocate);
    expect(lengthsOf(client)).toEqual({ key: 24, macKey: 20, encryptThenMac: true });
    expect(lengthsOf(secret.keys(randoms).server)).toEqual({ key: 24, macKey: 20, encryptThenMac: false });
    const macKeys = [client, server].map((keys) => ('macKey' in keys ? keys.macKey : EMPTY));
    expect(concat([...macKeys, client.key, server.key])).toEqual(block);
  });

  it('has a verify_data for each side', () => {
    const hash = new Uint8Array(48);
    expect(master.verifyData('client', hash).length).toBe(12);
    expect(master.verifyData('client', hash)).not.toEqual(master.verifyData('server', hash));
  });
});

describe('exported keying material (RFC 5705)', () => {
  const exporter = master.exporter(randoms);

  it('tells no context from an empty one', () => {
    const values = [undefined, EMPTY, Uint8Array.of(0)].map((context) => toHex(exporter.export('x', context, 32)));
    expect(new Set(values).size).toBe(3);
  });

  it.each<[string, string, Uint8Array | undefined, number]>([
    ['a label of the handshake', 'key expansion', undefined, 32],
    ['the label of the extended master secret', 'extended master secret', undefined, 32],
    ['a label that is not ASCII', 'caf\u00e9', undefined, 32],
    ['a context that is too long', 'x', new Uint8Array(2 ** 16), 32],
    ['a negative length', 'x', undefined, -1],
    ['half a byte', 'x', undefined, 0.5],
    ['too many bytes', 'x', undefined, 2 ** 14 + 1],
  ])('is not made for %s', (_, label, context, length) => {
    expect(() => exporter.export(label, context, length)).toThrow(
      expect.objectContaining({ code: 'BAD_CONFIGURATION', fault: 'local', alert: null }),
    );
  });
});
