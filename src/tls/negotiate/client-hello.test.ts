import { describe, expect, it } from 'vitest';
import { decodedHello, type HelloFields, replacing, without } from '../../../test/tls/hellos.ts';
import { EMPTY } from '../../bytes/index.ts';
import { extension, type RawExtension } from '../extensions/block.ts';
import { keyShare } from '../extensions/key-share.ts';
import { preSharedKey } from '../extensions/pre-shared-key.ts';
import { pskKeyExchangeModes } from '../extensions/psk-key-exchange-modes.ts';
import { supportedGroups } from '../extensions/supported-groups.ts';
import { EXTENSION_TYPES } from '../registry/extension-types.ts';
import { checkClientHello } from './client-hello.ts';

type Change = (hello: HelloFields) => Partial<HelloFields>;
const check = (change: Change) => checkClientHello(decodedHello((hello) => ({ ...hello, ...change(hello) })));
const adding =
  (...more: readonly RawExtension[]): Change =>
  ({ extensions }) => ({
    extensions: replacing(extensions, ...more),
  });
const dropping =
  (id: number): Change =>
  ({ extensions }) => ({ extensions: without(extensions, id) });
const psk = extension(preSharedKey.clientHello, {
  identities: [{ identity: Uint8Array.of(1), obfuscatedTicketAge: 0 }],
  binders: [new Uint8Array(32)],
});

describe('a ClientHello', () => {
  it('is taken as it is, and with a pre-shared key and its modes', () => {
    expect(check(() => ({})).summary).toMatchObject({ serverName: 'server.test', alpn: [] });
    expect(() => check(adding(extension(pskKeyExchangeModes.clientHello, [1]), psk))).not.toThrow();
    expect(check(() => ({})).summary.signatureSchemesCert).toEqual(check(() => ({})).summary.signatureSchemes);
  });

  const { signature_algorithms, supported_groups, key_share } = EXTENSION_TYPES;
  const rows: readonly [string, Change, string, string, RegExp][] = [
    [
      'compression beside none',
      () => ({ legacyCompressionMethods: Uint8Array.of(0, 1) }),
      'ILLEGAL_PARAMETER',
      'illegal_parameter',
      /compression/,
    ],
    [
      'compression alone',
      () => ({ legacyCompressionMethods: Uint8Array.of(1) }),
      'ILLEGAL_PARAMETER',
      'illegal_parameter',
      /compression/,
    ],
    ['no groups', dropping(supported_groups), 'MISSING_EXTENSION', 'missing_extension', /no supported_groups/],
    ['no shares', dropping(key_share), 'MISSING_EXTENSION', 'missing_extension', /no key_share/],
    [
      'no signature schemes',
      dropping(signature_algorithms),
      'MISSING_EXTENSION',
      'missing_extension',
      /no signature_alg/,
    ],
    ['a pre-shared key without modes', adding(psk), 'MISSING_EXTENSION', 'missing_extension', /psk_key_exchange_modes/],
    [
      'a share outside the groups',
      adding(extension(supportedGroups.clientHello, [23])),
      'ILLEGAL_PARAMETER',
      'illegal_parameter',
      /no supported_groups entry, for x25519/i,
    ],
    [
      'a second share outside the groups',
      adding(
        extension(supportedGroups.clientHello, [29]),
        extension(keyShare.clientHello, [
          { group: 29, keyExchange: new Uint8Array(32) },
          { group: 0x7777, keyExchange: Uint8Array.of(1) },
        ]),
      ),
      'ILLEGAL_PARAMETER',
      'illegal_parameter',
      /key share/,
    ],
  ];

  it.each(rows)('is refused with %s', (_, change, code, alert, message) => {
    expect(() => check(change)).toThrow(
      expect.objectContaining({ code, alert, fault: 'peer', message: expect.stringMatching(message) }),
    );
  });

  it('may have no share at all, and no name', () => {
    expect(check(adding(extension(keyShare.clientHello, []))).shares).toEqual([]);
    expect(check(dropping(EXTENSION_TYPES.server_name)).summary.serverName).toBeUndefined();
    expect(check(() => ({ legacySessionId: EMPTY })).message.legacySessionId).toEqual(EMPTY);
  });
});
