import { describe, expect, test } from 'vitest';
import { parseCiphers } from './ciphers.ts';
import { opensslName } from './openssl-names.ts';

/** What a list leaves, in OpenSSL's names, by what differs between suites. */
function left(list: string): string {
  return parseCiphers(list)
    .map((suite) => opensslName(suite).replace('ECDHE-', '').replace('-SHA256', '').replace('-SHA384', ''))
    .join(' ');
}

const TLS13 = 'TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256';

describe('a cipher list', () => {
  test.each([
    ['ECDHE-RSA-AES128-GCM-SHA256', 'RSA-AES128-GCM'],
    ['AES256+aECDSA:CHACHA20', 'ECDSA-AES256-GCM ECDSA-CHACHA20-POLY1305 RSA-CHACHA20-POLY1305'],
    ['HIGH:!aNULL:!AESGCM', 'ECDSA-CHACHA20-POLY1305 RSA-CHACHA20-POLY1305'],
    ['aRSA:-AES:AES128', 'RSA-CHACHA20-POLY1305 ECDSA-AES128-GCM RSA-AES128-GCM'],
    ['!aRSA:ALL:+AES128', 'ECDSA-AES256-GCM ECDSA-CHACHA20-POLY1305 ECDSA-AES128-GCM'],
    ['aECDSA @STRENGTH', 'ECDSA-AES256-GCM ECDSA-CHACHA20-POLY1305 ECDSA-AES128-GCM'],
    ['aECDSA+AESGCM@SECLEVEL=2, AES128-SHA', 'ECDSA-AES128-GCM ECDSA-AES256-GCM'],
    ['kRSA:ECDHE+AESGCM+aRSA:DHE:RC4', 'RSA-AES128-GCM RSA-AES256-GCM'],
  ])('%s, behind the suites of TLS 1.3', (list, rest) => {
    expect(left(list)).toBe(`${TLS13} ${rest}`);
  });

  test('is exact by the names of IANA, each once', () => {
    const list = 'TLS_CHACHA20_POLY1305_SHA256:TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256';
    expect(parseCiphers(list)).toEqual(['TLS_CHACHA20_POLY1305_SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256']);
  });

  test.each(['AES128-SHA', 'toString', 'PSK+HIGH', 'ALL:!ECDHE', 'RSA', 'TLS_FALLBACK_SCSV'])(
    '%s leaves none',
    (list) => {
      expect(() => parseCiphers(list)).toThrow(expect.objectContaining({ code: 'ERR_SSL_NO_CIPHER_MATCH' }));
    },
  );

  test('has old suites by leave, and by their names alone', () => {
    expect(() => parseCiphers('AES128-SHA')).toThrow(/without the option 'legacy'/);
    expect(parseCiphers('AES128-SHA:ECDHE-ECDSA-AES128-CCM', true)).toEqual([
      ...TLS13.split(' '),
      'TLS_RSA_WITH_AES_128_CBC_SHA',
      'TLS_ECDHE_ECDSA_WITH_AES_128_CCM',
    ]);
    expect(parseCiphers('TLS_RSA_WITH_AES_128_CBC_SHA', true)).toEqual(['TLS_RSA_WITH_AES_128_CBC_SHA']);
    expect(left('ALL:AES128-SHA')).not.toContain('AES128-SHA');
  });

  test.each(['', ':', 'ALL:@SECLEVEL=3', 'ALL@SECLEVEL=x', 'ALL:@NONSENSE'])('%j is refused', (list) => {
    expect(() => parseCiphers(list)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
  });
});
