import { constants } from 'node:crypto';
import tls from 'node:tls';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../crypto/node/index.ts';
import { settings } from '../tls/negotiate/settings.ts';
import { opensslName } from './openssl-names.ts';
import { allowedVersions, parseVersions } from './protocols.ts';

describe('ciphers', () => {
  test('have the names that node:tls has for them', () => {
    const { suites, tls12Suites } = settings({ crypto: nodeCrypto });
    const known = tls.getCiphers();
    for (const { name } of [...suites, ...tls12Suites]) expect(known).toContain(opensslName(name).toLowerCase());
  });
});

describe('versions', () => {
  test.each([
    [undefined, undefined, undefined, undefined],
    ['TLSv1.2', undefined, undefined, ['TLS 1.2', 'TLS 1.3']],
    ['TLSv1', 'TLSv1.2', undefined, ['TLS 1.2']],
    ['TLSv1.3', 'TLSv1.3', undefined, ['TLS 1.3']],
    [undefined, 'TLSv1.3', undefined, ['TLS 1.2', 'TLS 1.3']],
    [undefined, undefined, 'TLSv1_2_method', ['TLS 1.2']],
    [undefined, undefined, 'TLSv1_2_client_method', ['TLS 1.2']],
    [undefined, undefined, 'SSLv23_server_method', ['TLS 1.2']],
    [undefined, undefined, 'TLS_method', ['TLS 1.2', 'TLS 1.3']],
  ])('%s to %s, %s', (min, max, method, versions) => {
    expect(parseVersions(min, max, method)).toEqual(versions);
  });

  test.each([
    [undefined, 'TLSv1.1', undefined, 'ERR_TLS_INVALID_PROTOCOL_VERSION'],
    ['TLSv1.3', 'TLSv1.2', undefined, 'ERR_TLS_INVALID_PROTOCOL_VERSION'],
    ['TLSv1.4', undefined, undefined, 'ERR_TLS_INVALID_PROTOCOL_VERSION'],
    [undefined, 'SSLv3', undefined, 'ERR_TLS_INVALID_PROTOCOL_VERSION'],
    [undefined, undefined, 'TLSv1_1_method', 'ERR_TLS_INVALID_PROTOCOL_VERSION'],
    [undefined, undefined, 'SSLv3_method', 'ERR_TLS_INVALID_PROTOCOL_METHOD'],
    [undefined, 'TLSv1.2', 'TLS_method', 'ERR_TLS_PROTOCOL_VERSION_CONFLICT'],
    ['TLSv1.2', undefined, 'TLS_method', 'ERR_TLS_PROTOCOL_VERSION_CONFLICT'],
  ])('%s to %s, %s is refused', (min, max, method, code) => {
    expect(() => parseVersions(min, max, method)).toThrow(expect.objectContaining({ code }));
  });
});

describe('versions that secureOptions forbid', () => {
  const { SSL_OP_NO_TLSv1_2, SSL_OP_NO_TLSv1_3, SSL_OP_NO_SSLv3 } = constants;

  test.each([
    [undefined, SSL_OP_NO_SSLv3, undefined],
    [undefined, SSL_OP_NO_TLSv1_3, ['TLS 1.2']],
    [undefined, SSL_OP_NO_TLSv1_2, ['TLS 1.3']],
    [['TLS 1.2', 'TLS 1.3'] as const, SSL_OP_NO_TLSv1_2, ['TLS 1.3']],
  ])('%j without %i', (versions, forbidden, left) => {
    expect(allowedVersions(versions, forbidden)).toEqual(left);
  });

  test('are not all of them', () => {
    const none = expect.objectContaining({ code: 'ERR_TLS_INVALID_PROTOCOL_VERSION' });
    expect(() => allowedVersions(undefined, SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3)).toThrow(none);
    expect(() => allowedVersions(['TLS 1.3'], SSL_OP_NO_TLSv1_3)).toThrow(none);
  });
});
