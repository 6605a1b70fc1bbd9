import { describe, expect, it } from 'vitest';
import { EMPTY, fromHex } from '../../bytes/index.ts';
import { extension } from '../extensions/block.ts';
import { keyShare } from '../extensions/key-share.ts';
import { pskKeyExchangeModes } from '../extensions/psk-key-exchange-modes.ts';
import { supportedVersions } from '../extensions/supported-versions.ts';
import { encodeClientHello } from './client-hello.ts';
import { type Field, FieldTree } from './field-tree.ts';
import { decodeMessage } from './message.ts';

const HELLO = encodeClientHello({
  legacyVersion: 0x0303,
  random: new Uint8Array(32),
  legacySessionId: EMPTY,
  cipherSuites: [0x1301, 0x2a2a, 0x0fff],
  legacyCompressionMethods: new Uint8Array(1),
  extensions: [
    extension(supportedVersions.clientHello, [0x0304, 0x7f1c]),
    extension(keyShare.clientHello, [{ group: 29, keyExchange: fromHex('aabb') }]),
    extension(pskKeyExchangeModes.clientHello, [1]),
    { id: 0x4a4a, data: EMPTY },
  ],
});

/** One line per field: depth, name, bytes, value and label. */
function lines(fields: readonly Field[], indent = ''): string[] {
  return fields.flatMap(({ name, span, value, label, children }) => [
    `${indent}${name} ${span.start}..${span.end}${value === undefined ? '' : ` = ${value}`}${label === undefined ? '' : ` (${label})`}`,
    ...lines(children ?? [], `${indent}  `),
  ]);
}

describe('FieldTree', () => {
  it('names every field of a ClientHello as the RFC does, with bytes, values and registered names', () => {
    const tree = new FieldTree();
    decodeMessage(1, HELLO, tree);
    expect(lines(tree.fields)).toEqual([
      'msg_type 0..1 = 1 (client_hello)',
      'length 1..4 = 78',
      'legacy_version 4..6 = 771 (TLS 1.2)',
      'random 6..38',
      'legacy_session_id.length 38..39 = 0',
      'legacy_session_id 39..39',
      'cipher_suites.length 39..41 = 6',
      'cipher_suites 41..47',
      '  value 41..43 = 4865 (TLS_AES_128_GCM_SHA256)',
      '  value 43..45 = 10794 (GREASE)',
      '  value 45..47 = 4095',
      'legacy_compression_methods.length 47..48 = 1',
      'legacy_compression_methods 48..49',
      'extensions.length 49..51 = 31',
      'extensions 51..82',
      '  extension 51..60 (supported_versions)',
      '    extension_type 51..53 = 43 (supported_versions)',
      '    extension_data.length 53..55 = 5',
      '    extension_data 55..60',
      '      versions.length 55..56 = 4',
      '      versions 56..60',
      '        value 56..58 = 772 (TLS 1.3)',
      '        value 58..60 = 32540 (0x7f1c)',
      '  extension 60..72 (key_share)',
      '    extension_type 60..62 = 51 (key_share)',
      '    extension_data.length 62..64 = 8',
      '    extension_data 64..72',
      '      client_shares.length 64..66 = 6',
      '      client_shares 66..72',
      '        key_share_entry 66..72 (x25519)',
      '          group 66..68 = 29 (x25519)',
      '          key_exchange.length 68..70 = 2',
      '          key_exchange 70..72',
      '  extension 72..78 (psk_key_exchange_modes)',
      '    extension_type 72..74 = 45 (psk_key_exchange_modes)',
      '    extension_data.length 74..76 = 2',
      '    extension_data 76..78',
      '      ke_modes.length 76..77 = 1',
      '      ke_modes 77..78',
      '        ke_mode 77..78 = 1 (psk_dhe_ke)',
      '  extension 78..82 (GREASE)',
      '    extension_type 78..80 = 19018 (GREASE)',
      '    extension_data.length 80..82 = 0',
      '    extension_data 82..82',
    ]);
  });

  it('keeps what was read before a decoder failed', () => {
    const tree = new FieldTree();
    const bytes = Uint8Array.from(HELLO);
    bytes[67] = 0xff; // client_shares[0].group
    bytes[69] = 0xff; // and the length of its key_exchange
    expect(() => decodeMessage(1, bytes, tree)).toThrow('key_exchange needs 255 bytes, 2 left');
    expect(lines(tree.fields).slice(-4)).toEqual([
      '      client_shares 66..70',
      '        key_share_entry 66..70',
      '          group 66..68 = 255',
      '          key_exchange.length 68..70 = 255',
    ]);
    expect(tree.fields[0]?.name).toBe('msg_type');
  });
});
