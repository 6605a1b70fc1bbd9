import { createPrivateKey } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { selfSignedPem, type TestCa, type TestCertificate, testCa } from '../../test/support/pki.ts';
import { createSecureContext } from './secure-context.ts';

let ca: TestCa;
let one: TestCertificate;
let two: TestCertificate;

beforeAll(() => {
  ca = testCa();
  one = ca.issue({ names: ['one.example'] });
  two = ca.intermediate().issue({ names: ['Two.example', '*.two.example'], keyType: 'ed25519' });
});

function codeOf(make: () => unknown): string | undefined {
  try {
    make();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

describe('cert and key', () => {
  test('one credential is for any name', () => {
    const { credentials } = createSecureContext(one);
    expect(credentials).toMatchObject([{ chain: one.chain, key: { type: 'secp256r1' } }]);
    expect(credentials[0]).not.toHaveProperty('names');
  });

  test('several are matched with their keys, and are for the names of their leaves', () => {
    const { credentials } = createSecureContext({ cert: [one.cert, two.cert], key: [two.key, one.key] });
    expect(credentials).toMatchObject([
      { names: ['one.example'], key: { type: 'secp256r1' } },
      { names: ['two.example', '*.two.example'], key: { type: 'ed25519' }, chain: two.chain },
    ]);
  });

  test('PEM bytes, DER, several keys in an encoding of their own, encrypted keys', () => {
    const key = createPrivateKey(one.key);
    const der = one.chain[0] ?? new Uint8Array(0);
    const locked = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open' });
    const forms = [
      { cert: Buffer.from(one.cert), key: Buffer.from(one.key) },
      { cert: der, key: key.export({ type: 'pkcs8', format: 'der' }) },
      { cert: der, key: key.export({ type: 'sec1', format: 'der' }) },
      { cert: one.cert, key: key.export({ type: 'sec1', format: 'pem' }) as string },
      { cert: one.cert, key: locked as string, passphrase: 'open' },
      { cert: one.cert, key: [{ pem: locked as string, passphrase: 'open' }], passphrase: 'not this' },
    ];
    for (const form of forms) {
      const [credential] = createSecureContext(form).credentials;
      expect(credential?.key).toMatchObject({ type: 'secp256r1' });
      expect(credential?.chain.map((bytes) => Buffer.from(bytes))).toEqual([Buffer.from(der)]);
    }
  });

  test('what does not belong together, or is none, is refused with a code', () => {
    const mismatch = 'ERR_OSSL_X509_KEY_VALUES_MISMATCH';
    expect(codeOf(() => createSecureContext({ cert: one.cert, key: two.key }))).toBe(mismatch);
    expect(codeOf(() => createSecureContext({ cert: one.cert }))).toBe(mismatch);
    expect(codeOf(() => createSecureContext({ key: one.key }))).toBe(mismatch);
    expect(codeOf(() => createSecureContext({ cert: one.key, key: one.key }))).toBe('ERR_INVALID_ARG_VALUE');
    expect(codeOf(() => createSecureContext({ cert: '-----BEGIN CERTIFICATE-----\nx' }))).toMatch(/^ERR_OSSL_PEM/);
    expect(codeOf(() => createSecureContext({ ...one, key: Buffer.from([0x30, 0]) }))).toBe('ERR_INVALID_ARG_VALUE');
    expect(codeOf(() => createSecureContext({ ...one, key: 'no key' }))).toMatch(/^ERR_/);
    expect(codeOf(() => createSecureContext({ pfx: Buffer.alloc(1) }))).toMatch(/^ERR_/);
  });
});

describe('ca', () => {
  const question = (crypto: ReturnType<typeof createSecureContext>['config']['crypto']) =>
    ({ crypto, purpose: 'server', hostname: 'one.example' }) as const;

  test('takes the place of the default roots', () => {
    const other = selfSignedPem();
    const { verifier, config } = createSecureContext({ ca: [other.cert, Buffer.from(ca.cert)] });
    expect(verifier.verify(one.chain, question(config.crypto))).toBeUndefined();
    const strict = createSecureContext({ ca: other.chain[0] as Uint8Array }).verifier;
    expect(strict.verify(one.chain, question(config.crypto))).toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  test('without it the roots of Node are trusted, and not ours', () => {
    const { verifier, config } = createSecureContext();
    expect(verifier.verify(one.chain, question(config.crypto))).toMatchObject({ alert: 'unknown_ca' });
  });

  test('an empty list trusts nobody', () => {
    const { verifier, config } = createSecureContext({ ca: [] });
    expect(verifier.verify(ca.chain, question(config.crypto))).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });
});

test('parameters reach the configuration of the engine', () => {
  const { config } = createSecureContext({
    ciphers: 'TLS_AES_256_GCM_SHA384',
    ecdhCurve: 'P-384',
    sigalgs: 'ed25519',
    minVersion: 'TLSv1.3',
  });
  expect(config).toMatchObject({
    versions: ['TLS 1.3'],
    cipherSuites: ['TLS_AES_256_GCM_SHA384'],
    groups: ['secp384r1'],
    signatureSchemes: ['ed25519'],
  });
  expect(codeOf(() => createSecureContext({ maxVersion: 'TLSv1.1' }))).toBe('ERR_TLS_INVALID_PROTOCOL_VERSION');
});
