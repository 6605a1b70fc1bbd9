import { describe, expect, test } from 'vitest';
import { parseAlpn, parseGroups, parseSigalgs } from './names.ts';

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

  test.each(['P-257', 'X25519:ffdhe4096', 'constructor'])('%s is refused', (list) => {
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
