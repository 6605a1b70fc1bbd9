import { describe, expect, it } from 'vitest';
import { requirePeer, run } from '../../../test/support/peers.ts';
import { HASH_LENGTH } from '../../crypto/index.ts';
import { ALERTS, alertName } from './alerts.ts';
import { CIPHER_SUITES, cipherSuiteName, TLS13_SUITES, tls13Suite } from './cipher-suites.ts';
import { EXTENSION_TYPES, extensionName, isGrease } from './extension-types.ts';
import { HANDSHAKE_TYPES, handshakeTypeName } from './handshake-types.ts';
import { GROUPS, groupForProvider, groupName } from './named-groups.ts';
import { SCHEMES, SIGNATURE_SCHEMES, schemeInfo, schemeName } from './signature-schemes.ts';
import { VERSIONS, versionName } from './versions.ts';

const tables = [
  { name: 'alerts', table: ALERTS, lookup: alertName, max: 0xff },
  { name: 'cipher suites', table: CIPHER_SUITES, lookup: cipherSuiteName, max: 0xffff },
  { name: 'extension types', table: EXTENSION_TYPES, lookup: extensionName, max: 0xffff },
  { name: 'handshake types', table: HANDSHAKE_TYPES, lookup: handshakeTypeName, max: 0xff },
  { name: 'named groups', table: GROUPS, lookup: groupName, max: 0xffff },
  { name: 'signature schemes', table: SIGNATURE_SCHEMES, lookup: schemeName, max: 0xffff },
];

describe.each(tables)('$name', ({ table, lookup, max }) => {
  it('has every code once, and finds each name by its code', () => {
    const entries = Object.entries(table);
    expect(new Set(entries.map(([, code]) => code)).size).toBe(entries.length);
    for (const [name, code] of entries) {
      expect(code).toBeLessThanOrEqual(max);
      expect(lookup(code)).toBe(name);
    }
  });

  it('knows no name for a code that is not registered', () => {
    expect(lookup(0x10000)).toBeUndefined();
    expect(lookup(-1)).toBeUndefined();
  });
});

describe('code points that the RFCs print', () => {
  it.each([
    [CIPHER_SUITES.TLS_AES_128_GCM_SHA256, 0x1301],
    [CIPHER_SUITES.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 0xc02f],
    [CIPHER_SUITES.TLS_EMPTY_RENEGOTIATION_INFO_SCSV, 0x00ff],
    [CIPHER_SUITES.TLS_FALLBACK_SCSV, 0x5600],
    [GROUPS.secp256r1, 0x0017],
    [GROUPS.x25519, 0x001d],
    [GROUPS.ffdhe8192, 0x0104],
    [GROUPS.X25519MLKEM768, 0x11ec],
    [SIGNATURE_SCHEMES.rsa_pss_rsae_sha256, 0x0804],
    [SIGNATURE_SCHEMES.ed448, 0x0808],
    [SIGNATURE_SCHEMES.mldsa65, 0x0905],
    [EXTENSION_TYPES.key_share, 51],
    [EXTENSION_TYPES.encrypted_client_hello, 0xfe0d],
    [HANDSHAKE_TYPES.message_hash, 254],
  ])('%i is %i', (code, expected) => {
    expect(code).toBe(expected);
  });
});

const openssl = requirePeer('openssl');

describe.skipIf(openssl === undefined)('openssl', () => {
  it('gives every cipher suite that it knows the same code', async () => {
    const listed = await run(openssl ?? '', ['ciphers', '-V', '-stdname', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0']);
    const suites = [...listed.stdout.matchAll(/0x([0-9A-F]{2}),0x([0-9A-F]{2}) - (\S+)/g)];
    expect(suites.length).toBeGreaterThan(50);
    const differing = suites
      .map(([, high, low, name]) => ({ name, known: cipherSuiteName(Number.parseInt(`${high}${low}`, 16)) }))
      .filter(({ name, known }) => name !== known);
    expect(differing).toEqual(
      // OpenSSL's standard names differ from IANA's for two suites (RFC 6655 section 4).
      differing.filter(({ known }) => known?.startsWith('TLS_PSK_DHE_WITH_AES_')),
    );
  });
});

describe('cipher suites of TLS 1.3', () => {
  it('are found by their code, with the hash in their name', () => {
    for (const suite of Object.values(TLS13_SUITES)) {
      expect(tls13Suite(suite.code)).toBe(suite);
      expect(cipherSuiteName(suite.code)).toBe(suite.name);
      expect(suite.name.endsWith(`SHA${HASH_LENGTH[suite.hash] * 8}`)).toBe(true);
    }
    expect(tls13Suite(CIPHER_SUITES.TLS_AEGIS_256_SHA512)).toBeUndefined();
  });

  it('may protect 2^24.5 records with one AES-GCM key', () => {
    expect(TLS13_SUITES.TLS_AES_128_GCM_SHA256.confidentialityLimit).toBe(23_726_566);
    expect(TLS13_SUITES.TLS_CHACHA20_POLY1305_SHA256.confidentialityLimit).toBe(2 ** 48);
  });
});

describe('versions', () => {
  it('are written as people write them', () => {
    expect(versionName(VERSIONS.tls13)).toBe('TLS 1.3');
    expect(versionName(VERSIONS.ssl3)).toBe('SSL 3.0');
    expect(versionName(0x7f1c)).toBe('0x7f1c');
  });
});

describe('groups and schemes of a provider', () => {
  it('are found by their code', () => {
    expect(groupForProvider(GROUPS.X25519MLKEM768)).toBe('X25519MLKEM768');
    expect(groupForProvider(GROUPS.x448)).toBeUndefined();
    expect(schemeInfo(0x0804)).toBe(SCHEMES.rsa_pss_rsae_sha256);
    expect(schemeInfo(SIGNATURE_SCHEMES.sm2sig_sm3)).toBeUndefined();
  });

  it('sign a CertificateVerify unless they are PKCS#1 or SHA-1 (RFC 8446 section 4.2.3)', () => {
    const excluded = Object.values(SCHEMES).filter((info) => !info.tls13Handshake);
    expect(excluded.map((info) => info.name).sort()).toEqual([
      'ecdsa_sha1',
      'rsa_pkcs1_sha1',
      'rsa_pkcs1_sha256',
      'rsa_pkcs1_sha384',
      'rsa_pkcs1_sha512',
    ]);
  });
});

describe('isGrease', () => {
  it('is true for the sixteen reserved values and for no other (RFC 8701 section 2)', () => {
    const grease = Array.from({ length: 0x10000 }, (_, code) => code).filter(isGrease);
    expect(grease).toEqual(Array.from({ length: 16 }, (_, i) => i * 0x1010 + 0x0a0a));
  });
});
