import { describe, expect, it } from 'vitest';
import { selfSigned } from '../../../test/support/credentials.ts';
import { CryptoError, type KeyType, type SchemeName } from '../../crypto/index.ts';
import { nodeCrypto } from '../../crypto/node/index.ts';
import { SCHEMES } from '../registry/signature-schemes.ts';
import { usingShare } from './group.ts';
import { chooseScheme, importPeerKey, SignatureVerified, signedContent } from './signature.ts';

const HASH = new Uint8Array(32).fill(4);
const keys = { secp256r1: selfSigned('secp256r1').key, ed25519: selfSigned('ed25519').key, rsa: selfSigned('rsa').key };
const refusal = (code: string, alert: string, message: RegExp) =>
  expect.objectContaining({ code, alert, fault: 'peer', message: expect.stringMatching(message) });

interface Case {
  readonly type?: keyof typeof keys & KeyType;
  readonly scheme?: SchemeName;
  /** Scheme in the message, where it is not the one that signs. */
  readonly named?: number;
  readonly accepted?: readonly SchemeName[];
  readonly signer?: 'client' | 'server';
  readonly hash?: Uint8Array;
  readonly spoil?: boolean;
}

/** Signs as a server over {@link HASH} and checks it with what the case changes. */
function check(change: Case): SignatureVerified {
  const { type = 'secp256r1', scheme = 'ecdsa_secp256r1_sha256', signer = 'server', hash = HASH } = change;
  const accepted = (change.accepted ?? [scheme]).map((name) => SCHEMES[name].code);
  const signature = Uint8Array.from(keys[type].sign(scheme, signedContent('server', HASH)));
  if (change.spoil) signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
  const message = { type: 'certificate_verify', algorithm: change.named ?? SCHEMES[scheme].code, signature } as const;
  const key = nodeCrypto.importPublicKey(keys[type].spki);
  return SignatureVerified.check(signer, key, accepted, message, hash);
}

describe('a CertificateVerify', () => {
  it('verifies with the key, scheme, signer and transcript it was made with', () => {
    expect(check({}).scheme).toBe('ecdsa_secp256r1_sha256');
    expect(check({ type: 'rsa', scheme: 'rsa_pss_rsae_sha256' }).scheme).toBe('rsa_pss_rsae_sha256');
  });

  const illegal = (message: RegExp) => refusal('ILLEGAL_PARAMETER', 'illegal_parameter', message);
  const bad = refusal('BAD_SIGNATURE', 'decrypt_error', /does not verify/);
  const p256 = SCHEMES.ecdsa_secp256r1_sha256.code;
  it.each<[string, Case, ReturnType<typeof illegal>]>([
    ['scheme not offered', { accepted: ['ed25519'] }, illegal(/ecdsa_secp256r1_sha256 was not offered/)],
    ['scheme unknown', { named: 0x7777 }, illegal(/was not offered/)],
    ['PKCS#1', { type: 'rsa', scheme: 'rsa_pkcs1_sha256' }, illegal(/may not sign a TLS 1\.3 handshake/)],
    [
      'key of another type',
      { type: 'ed25519', scheme: 'ed25519', named: p256, accepted: ['ecdsa_secp256r1_sha256'] },
      illegal(/does not fit a certificate with a ed25519 key/),
    ],
    ['the other signer', { signer: 'client' }, bad],
    ['another transcript', { hash: new Uint8Array(32).fill(5) }, bad],
    ['one bit', { spoil: true }, bad],
  ])('is refused: %s', (_, change, error) => {
    expect(() => check(change)).toThrow(error);
  });

  it('signs 64 spaces, who signs, a zero and the hash (RFC 8446 section 4.4.3)', () => {
    const text = Buffer.from(signedContent('client', Uint8Array.of(0x41))).toString('latin1');
    expect(text).toBe(`${' '.repeat(64)}TLS 1.3, client CertificateVerify\0A`);
  });

  it('is made with the first scheme of the key that both know and TLS 1.3 allows', () => {
    const { rsa_pkcs1_sha256, rsa_pss_rsae_sha256, rsa_pss_rsae_sha512 } = SCHEMES;
    const peer = [rsa_pkcs1_sha256.code, rsa_pss_rsae_sha512.code, rsa_pss_rsae_sha256.code];
    expect(chooseScheme(['rsa_pkcs1_sha256', 'rsa_pss_rsae_sha256', 'rsa_pss_rsae_sha512'], peer)).toBe(
      'rsa_pss_rsae_sha256',
    );
    expect(chooseScheme(['rsa_pkcs1_sha256', 'ed25519'], peer)).toBeUndefined();
  });
});

describe("the key of a peer's leaf", () => {
  const { spki } = keys.secp256r1;

  it('is imported', () => {
    expect(importPeerKey(nodeCrypto, { spki, digitalSignature: true }).type).toBe('secp256r1');
  });

  it.each<[string, Parameters<typeof importPeerKey>[1], string, RegExp]>([
    ['no certificate', null, 'bad_certificate', /does not parse/],
    ['no key usage', { spki, digitalSignature: false }, 'unsupported_certificate', /digital signatures/],
    ['no key', { spki: Uint8Array.of(1, 2), digitalSignature: true }, 'bad_certificate', /can not be used/],
  ])('is refused: %s', (_, answer, alert, message) => {
    expect(() => importPeerKey(nodeCrypto, answer)).toThrow(refusal('BAD_CERTIFICATE_KEY', alert, message));
  });

  it('of a kind that the provider lacks is unsupported, and its bugs stay its own', () => {
    const failing = (error: Error) => ({
      ...nodeCrypto,
      importPublicKey: () => {
        throw error;
      },
    });
    const answer = { spki, digitalSignature: true };
    expect(() => importPeerKey(failing(new CryptoError('unsupported', 'x')), answer)).toThrow(
      refusal('BAD_CERTIFICATE_KEY', 'unsupported_certificate', /x$/),
    );
    expect(() => importPeerKey(failing(new RangeError('bug')), answer)).toThrow(RangeError);
  });
});

describe('a key agreement', () => {
  it('gives its result, names a bad share and hides no bug', () => {
    expect(usingShare(() => 5, 'x25519')).toBe(5);
    const share = nodeCrypto.group('x25519').generate();
    expect(() => usingShare(() => share.finish(new Uint8Array(32)), 'x25519')).toThrow(
      refusal('BAD_KEY_SHARE', 'illegal_parameter', /^x25519: /),
    );
    const failing = (error: Error) => () =>
      usingShare(() => {
        throw error;
      }, 'x25519');
    expect(failing(new RangeError('bug'))).toThrow(RangeError);
    expect(failing(new CryptoError('unsupported', 'x'))).toThrow(CryptoError);
  });
});
