import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../crypto/node/index.ts';
import { SCHEMES } from '../registry/signature-schemes.ts';
import type { ClientHelloSummary, Credential } from '../requests.ts';
import { chooseAlpn, chooseCredential, chooseGroup, chooseSuite, isFor } from './parameters.ts';
import { settings } from './settings.ts';

const own = settings({
  crypto: nodeCrypto,
  cipherSuites: ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256'],
  groups: ['x25519', 'secp256r1'],
});
const [AES128, AES256] = [0x1301, 0x1302];
const [X25519, P256, P384] = [29, 23, 24];

const none = (code: string, message: RegExp, alert = 'handshake_failure') =>
  expect.objectContaining({ code, alert, fault: 'incompatible', message: expect.stringMatching(message) });

describe('the cipher suite', () => {
  it('is the first of who may choose', () => {
    expect(chooseSuite(own, true, [AES128, AES256]).code).toBe(AES256);
    expect(chooseSuite(own, false, [0x0a0a, AES128, AES256]).code).toBe(AES128);
  });

  it.each([[[]], [[0xc02f, 0x1303]]])('is none when %j is offered', (offered) => {
    for (const preference of [true, false]) {
      expect(() => chooseSuite(own, preference, offered)).toThrow(none('NO_COMMON_CIPHER_SUITE', /no common cipher/));
    }
  });

  it('is quoted in part only', () => {
    const offered = Array.from({ length: 40 }, (_, i) => 0x5000 + i);
    expect(() => chooseSuite(own, true, offered)).toThrow(/and 8 more; this server has/);
  });
});

describe('the group', () => {
  const shares = (...groups: number[]) => groups.map((group) => ({ group }));

  it('is one with a share before one without, then the first', () => {
    expect(chooseGroup(own, true, [P256, X25519], shares(P256))).toEqual({ group: 'secp256r1', hasShare: true });
    expect(chooseGroup(own, true, [P256, X25519], [])).toEqual({ group: 'x25519', hasShare: false });
    expect(chooseGroup(own, false, [P384, P256, X25519], shares(P384))).toEqual({
      group: 'secp256r1',
      hasShare: false,
    });
    expect(chooseGroup(own, false, [P256, X25519], shares(X25519, P256)).group).toBe('secp256r1');
  });

  it('is none without a common one, whatever the shares', () => {
    expect(() => chooseGroup(own, true, [P384], shares(X25519))).toThrow(none('NO_COMMON_GROUP', /secp384r1/));
    expect(() => chooseGroup(own, true, [], [])).toThrow(none('NO_COMMON_GROUP', /no common groups/));
  });

  it('is never one that no provider has', () => {
    const broken = { ...own, groupCodes: [0x7777] };
    expect(() => chooseGroup(broken, true, [0x7777], [])).toThrow(/configured and unknown/);
  });
});

describe('the application protocol', () => {
  it('is the first of the server, and none when one side does not care', () => {
    expect(chooseAlpn(['h2', 'http/1.1'], ['http/1.1', 'h2'])).toBe('h2');
    expect(chooseAlpn([], ['h2'])).toBeUndefined();
    expect(chooseAlpn(['h2'], [])).toBeUndefined();
  });

  it('is an error when both care and share none', () => {
    expect(() => chooseAlpn(['h2'], ['\x1b', 'H2'])).toThrow(
      none('NO_COMMON_APPLICATION_PROTOCOL', /"\\u001b", "H2"; this server has "h2"/, 'no_application_protocol'),
    );
  });
});

describe('the credential', () => {
  const credential = (names: readonly string[] | undefined, ...schemes: Credential['key']['schemes']): Credential => ({
    chain: [Uint8Array.of(1)],
    key: { remote: true, schemes },
    ...(names && { names }),
  });
  const summary = (serverName: string | undefined, ...schemes: (keyof typeof SCHEMES)[]): ClientHelloSummary => ({
    serverName,
    alpn: [],
    cipherSuites: [],
    groups: [],
    signatureSchemes: schemes.map((name) => SCHEMES[name].code),
    signatureSchemesCert: [],
    certificateAuthorities: [],
  });
  const a = credential(['a.test'], 'ecdsa_secp256r1_sha256');
  const b = credential(['b.test'], 'ecdsa_secp256r1_sha256', 'ed25519');
  const ecdsa = 'ecdsa_secp256r1_sha256';

  it('is the one for the name, or the first', () => {
    expect(chooseCredential([a, b], summary('b.test', ecdsa), true)).toEqual({ credential: b, scheme: ecdsa });
    expect(chooseCredential([a, b], summary('c.test', ecdsa), false).credential).toBe(a);
    expect(chooseCredential([a, b], summary(undefined, ecdsa), true).credential).toBe(a);
    expect(chooseCredential([a, b], summary(undefined, 'ed25519'), true)).toEqual({ credential: b, scheme: 'ed25519' });
  });

  it('is none for an unknown name where that is refused', () => {
    expect(() => chooseCredential([a, b], summary('c\n.test', ecdsa), true)).toThrow(
      none('NO_CERTIFICATE_FOR_NAME', /"c\\n\.test"/, 'unrecognized_name'),
    );
  });

  it('is none without a common scheme, and none of another name instead', () => {
    const failure = none('NO_COMMON_SIGNATURE_SCHEME', /no common signature schemes/);
    expect(() => chooseCredential([a], summary('a.test', 'ed25519'), false)).toThrow(failure);
    expect(() => chooseCredential([a, b], summary('a.test', 'ed25519'), false)).toThrow(failure);
    const legacy = credential(undefined, 'rsa_pkcs1_sha256');
    expect(() => chooseCredential([legacy], summary('a.test', 'rsa_pkcs1_sha256'), false)).toThrow(failure);
  });

  it.each<[string, readonly string[] | undefined, boolean]>([
    ['WWW.a.test', ['www.A.test'], true],
    ['www.a.test', ['*.a.test'], true],
    ['a.test', ['*.a.test'], false],
    ['x.www.a.test', ['*.a.test'], false],
    ['test', ['*'], false],
    ['anything', undefined, true],
    ['anything', [], false],
  ])('for %s: one with names %j: %s', (name, names, expected) => {
    expect(isFor(credential(names), name)).toBe(expected);
  });
});
