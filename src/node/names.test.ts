import { describe, expect, test } from 'vitest';
import { checkVersions, parseAlpn, parseCiphers, parseGroups, parseSigalgs } from './names.ts';

describe('ciphers', () => {
  test('keeps the TLS 1.3 names of an OpenSSL list, in order', () => {
    const list = 'TLS_CHACHA20_POLY1305_SHA256:ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256:HIGH:!aNULL';
    expect(parseCiphers(list)).toEqual(['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256']);
  });

  test.each(['', 'HIGH', 'ECDHE-RSA-AES128-GCM-SHA256', 'toString'])('%s has none', (list) => {
    expect(() => parseCiphers(list)).toThrow(expect.objectContaining({ code: 'ERR_SSL_NO_CIPHER_MATCH' }));
  });
});

describe('groups', () => {
  test.each([
    ['X25519:prime256v1', ['x25519', 'secp256r1']],
    ['P-256:P-384:P-521', ['secp256r1', 'secp384r1', 'secp521r1']],
    [
      ['X25519MLKEM768', 'x25519'],
      ['X25519MLKEM768', 'x25519'],
    ],
    ['auto', undefined],
    [undefined, undefined],
  ])('%s', (list, groups) => {
    expect(parseGroups(list)).toEqual(groups);
  });

  test.each(['P-257', 'X25519:ffdhe2048', 'constructor'])('%s is refused', (list) => {
    expect(() => parseGroups(list)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
  });
});

describe('sigalgs', () => {
  test('takes both spellings', () => {
    expect(parseSigalgs('ecdsa_secp256r1_sha256:RSA-PSS+SHA384:ED25519')).toEqual([
      'ecdsa_secp256r1_sha256',
      'rsa_pss_rsae_sha384',
      'rsa_pss_pss_sha384',
      'ed25519',
    ]);
  });

  test('refuses what it does not know', () => {
    expect(() => parseSigalgs('ECDSA+MD5')).toThrow('ECDSA+MD5');
    expect(() => parseSigalgs('valueOf')).toThrow('valueOf');
  });
});

describe('versions', () => {
  test.each([
    [undefined, undefined],
    ['TLSv1.2', undefined],
    ['TLSv1', 'TLSv1.3'],
    ['TLSv1.3', 'TLSv1.3'],
  ])('%s to %s has TLS 1.3', (min, max) => {
    expect(checkVersions(min, max)).toBeUndefined();
  });

  test.each([
    [undefined, 'TLSv1.2'],
    ['TLSv1.4', undefined],
    [undefined, 'SSLv3'],
  ])('%s to %s is refused', (min, max) => {
    const refusal = expect.objectContaining({ code: 'ERR_TLS_INVALID_PROTOCOL_VERSION' });
    expect(() => checkVersions(min, max)).toThrow(refusal);
  });
});

describe('ALPNProtocols', () => {
  test('takes names, bytes and the wire format', () => {
    expect(parseAlpn(['h2', Buffer.from('http/1.1')])).toEqual(['h2', 'http/1.1']);
    expect(parseAlpn(Buffer.from('\x02h2\x08http/1.1'))).toEqual(['h2', 'http/1.1']);
    expect(parseAlpn([])).toBeUndefined();
    expect(parseAlpn(new Uint8Array(0))).toBeUndefined();
    expect(parseAlpn(undefined)).toBeUndefined();
  });

  test.each([[['']], [['x'.repeat(256)]], [Buffer.from('\x03h2')], [Buffer.from('\x00')]])('%s is refused', (bad) => {
    expect(() => parseAlpn(bad)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
  });
});
