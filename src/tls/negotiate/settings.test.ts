import { describe, expect, it } from 'vitest';
import { nodeCrypto as crypto } from '../../crypto/node/index.ts';
import type { CommonConfig, ServerConfig } from '../config.ts';
import type { Credential } from '../requests.ts';
import { serverSetup } from './server-setup.ts';
import { settings } from './settings.ts';

const poor = { ...crypto, capabilities: { ...crypto.capabilities, aeads: ['aes-128-gcm'], groups: [], schemes: [] } };
const refusal = (message: RegExp) =>
  expect.objectContaining({
    code: 'BAD_CONFIGURATION',
    alert: null,
    fault: 'local',
    message: expect.stringMatching(message),
  });

describe('settings', () => {
  it('are what the provider has, without SHA-1', () => {
    const all = settings({ crypto });
    expect(all.schemes.some((scheme) => scheme.endsWith('sha1'))).toBe(false);
    expect(all.suites.length).toBeGreaterThan(2);
    expect(
      settings({ crypto: { ...crypto, capabilities: { ...crypto.capabilities, aeads: ['aes-128-gcm'] } } }).suites,
    ).toMatchObject([{ name: 'TLS_AES_128_GCM_SHA256' }]);
  });

  it.each<[object, readonly string[]]>([
    [{}, ['TLS 1.3', 'TLS 1.2']],
    [{ versions: ['TLS 1.2', 'TLS 1.3'] }, ['TLS 1.3', 'TLS 1.2']],
    [{ versions: ['TLS 1.2'] }, ['TLS 1.2']],
    [{ cipherSuites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'] }, ['TLS 1.2']],
    [{ cipherSuites: ['TLS_AES_128_GCM_SHA256'] }, ['TLS 1.3']],
    [{ signatureSchemes: ['rsa_pkcs1_sha256'] }, ['TLS 1.2']],
    [{ groups: ['X25519MLKEM768'] }, ['TLS 1.3']],
  ])('of %j speak %j, and offer only what goes with that', (config, versions) => {
    const all = settings({ crypto, ...config } as CommonConfig);
    expect(all.versions).toEqual(versions);
    expect(all.suites.length > 0).toBe(versions.includes('TLS 1.3'));
    expect(all.tls12Suites.length > 0).toBe(versions.includes('TLS 1.2'));
    expect([...all.suites, ...all.tls12Suites].map(({ code }) => code).sort()).toEqual([...all.suiteCodes].sort());
    expect(all.groups.includes('X25519MLKEM768') && !versions.includes('TLS 1.3')).toBe(false);
  });

  it.each<[string, object, RegExp]>([
    ['no suite', { cipherSuites: [] }, /at least one/],
    ['no group', { groups: [] }, /at least one/],
    ['no scheme', { signatureSchemes: [] }, /at least one/],
    ['a suite that is weak', { cipherSuites: ['TLS_RSA_WITH_RC4_128_SHA'] }, /not a cipher suite that is impl/],
    ['a version that is not spoken', { versions: ['TLS 1.1'] }, /"TLS 1.1" is not a version that is spoken/],
    ['no version', { versions: [] }, /nothing is left of no versions/],
    [
      'a version without a suite',
      { versions: ['TLS 1.2'], cipherSuites: ['TLS_AES_128_GCM_SHA256'] },
      /nothing is left/,
    ],
    ['TLS 1.3 with PKCS#1 alone', { versions: ['TLS 1.3'], signatureSchemes: ['rsa_pkcs1_sha256'] }, /nothing is left/],
    ['TLS 1.2 with a hybrid alone', { versions: ['TLS 1.2'], groups: ['X25519MLKEM768'] }, /nothing is left/],
    ['a group twice', { groups: ['x25519', 'secp256r1', 'x25519'] }, /listed twice/],
    ['a property of objects', { cipherSuites: ['toString'] }, /not a cipher suite/],
    ['an AEAD that is not there', { crypto: poor, cipherSuites: ['TLS_AES_256_GCM_SHA384'] }, /not available from/],
    ['a group that is not there', { crypto: poor, groups: ['x25519'] }, /x25519 is not available/],
    [
      'a scheme that is not there',
      { crypto: poor, groups: [], signatureSchemes: ['ed25519'] },
      /ed25519 is not available/,
    ],
    ['a chain scheme that is not there', { signatureSchemesCert: ['md5'] }, /md5 is not available/],
    ['a long list of protocols', { alpn: Array(100).fill('x'.repeat(255)) }, /alpn takes 25600 bytes/],
    ['an empty protocol', { alpn: [''] }, /ALPN protocol ""/],
    ['a long protocol', { alpn: ['x'.repeat(256)] }, /ALPN protocol/],
    ['a protocol that is not ASCII', { alpn: ['h\u00fc'] }, /ALPN protocol/],
    ['a protocol with a control character', { alpn: ['h2\n'] }, /ALPN protocol/],
    ['a small record size', { recordSizeLimit: 63 }, /recordSizeLimit is 63/],
    ['a large record size', { recordSizeLimit: 16_386 }, /recordSizeLimit is 16386/],
    ['a broken padding', { padTo: 0.5 }, /padTo is 0.5/],
    ['no padding as zero', { padTo: 0 }, /padTo is 0/],
    ['transport parameters without QUIC', { transportParameters: new Uint8Array(1) }, /are for QUIC/],
    ['a chain of no certificates', { maxChain: { certificates: 0 } }, /maxChain\.certificates is 0/],
    ['a chain without end', { maxChain: { certificates: 256 } }, /maxChain\.certificates is 256/],
    ['a chain of no bytes', { maxChain: { bytes: 0 } }, /maxChain\.bytes is 0/],
    ['a chain of more bytes than a message has', { maxChain: { bytes: 262_145 } }, /maxChain\.bytes is 262145/],
    ['wishes to renegotiate without end', { maxRenegotiations: 33 }, /maxRenegotiations is 33/],
    ['fewer wishes to renegotiate than none', { maxRenegotiations: -1 }, /maxRenegotiations is -1/],
    ['a key usage of nothing', { keyUpdateAfter: 0 }, /keyUpdateAfter is 0/],
    ['a key usage that is no number', { keyUpdateAfter: Number.NaN }, /keyUpdateAfter is NaN/],
  ])('refuse %s', (_, config, message) => {
    expect(() => settings({ crypto, ...config } as CommonConfig)).toThrow(refusal(message));
  });
});

describe('the setup of a server', () => {
  const credential: Credential = { chain: [Uint8Array.of(1)], key: { remote: true, schemes: ['ed25519'] } };
  const setup = (config: object) => serverSetup({ crypto, credentials: [credential], ...config } as ServerConfig);

  it.each(['none', 'request', 'require', undefined])('takes clientCertificate %s', (clientCertificate) => {
    expect(setup({ ...(clientCertificate && { clientCertificate }) }).config.credentials).toEqual([credential]);
    expect(setup({ credentials: 'ask' }).config.credentials).toBe('ask');
  });

  const empty = new Uint8Array(0);
  it.each<[string, object, RegExp]>([
    ['a misspelt clientCertificate', { clientCertificate: 'required' }, /"required", expected none/],
    ['clientCertificate as a truth', { clientCertificate: true }, /clientCertificate is true/],
    ['no credentials', { credentials: [] }, /credentials is empty/],
    ['an empty chain', { credentials: [credential, { ...credential, chain: [] }] }, /chain is empty/],
    ['an empty certificate', { credentials: [{ ...credential, chain: [Uint8Array.of(1), empty] }] }, /chain is empty/],
    ['an empty staple', { credentials: [{ ...credential, ocspResponse: empty }] }, /ocspResponse/],
    ['an empty SCT', { credentials: [{ ...credential, scts: [Uint8Array.of(1), empty] }] }, /scts/],
    ['an empty authority', { certificateAuthorities: [empty] }, /certificateAuthorities/],
    ['too many authorities', { certificateAuthorities: [new Uint8Array(2 ** 16 - 9)] }, /certificateAuthorities/],
    ['what settings refuse', { groups: [] }, /at least one/],
  ])('refuses %s', (_, config, message) => {
    expect(() => setup(config)).toThrow(refusal(message));
  });

  it('takes authorities up to the limit', () => {
    const certificateAuthorities = [new Uint8Array(2 ** 16 - 10)];
    expect(setup({ certificateAuthorities }).config.certificateAuthorities).toBe(certificateAuthorities);
  });
});
