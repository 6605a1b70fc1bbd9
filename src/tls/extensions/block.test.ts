import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extensionsOf } from '../../../test/support/messages.ts';
import { EMPTY, fromHex, ReadError, Reader, Writer } from '../../bytes/index.ts';
import { TlsError, type TlsErrorInit } from '../error.ts';
import { EXTENSION_TYPES } from '../registry/extension-types.ts';
import { alpn } from './alpn.ts';
import {
  checkSolicited,
  decodeExtensions,
  decodeServerHelloExtensions,
  type ExtensionBlock,
  encodeExtensions,
  extension,
  noExtensions,
  type RawExtension,
} from './block.ts';
import type { ExtensionContext } from './codec.ts';
import { cookie } from './cookie.ts';
import { ecPointFormats } from './ec-point-formats.ts';
import { extendedMasterSecret } from './extended-master-secret.ts';
import { keyShare } from './key-share.ts';
import { codecsFor } from './known.ts';
import { preSharedKey } from './pre-shared-key.ts';
import { serverName } from './server-name.ts';
import { supportedVersions } from './supported-versions.ts';

const CONTEXTS: readonly ExtensionContext[] = [
  'client_hello',
  'server_hello',
  'hello_retry_request',
  'encrypted_extensions',
  'certificate_request',
  'certificate',
  'new_session_ticket',
];

const UNKNOWN: RawExtension = { id: 0xfff0, data: new Uint8Array([1, 2, 3]) };

function encoded(list: readonly RawExtension[]): Uint8Array {
  const writer = new Writer();
  encodeExtensions(writer, list);
  return writer.finish();
}

function decode(context: ExtensionContext, list: readonly RawExtension[]): ExtensionBlock {
  const bytes = encoded(list);
  const reader = new Reader(bytes);
  const block = decodeExtensions(reader, context, bytes);
  reader.end();
  return block;
}

function decodeServerHello(list: readonly RawExtension[]): ExtensionBlock {
  const bytes = encoded(list);
  return decodeServerHelloExtensions(new Reader(bytes), bytes);
}

function refusal(run: () => unknown): Partial<TlsErrorInit> {
  try {
    run();
  } catch (error) {
    if (error instanceof TlsError) return { code: error.code, alert: error.alert, message: error.message };
    throw error;
  }
  return {};
}

describe.each(CONTEXTS)('the extensions of %s', (context) => {
  it('are decoded, known and unknown, in the order of the message', () => {
    fc.assert(
      fc.property(extensionsOf(context), (list) => {
        const block = decode(context, list);
        expect(block.raw).toEqual(list);
        expect(block.ids()).toEqual(list.map(({ id }) => id));
        for (const { id, data } of list) {
          expect(block.has(id)).toBe(true);
          const codec = codecsFor(context).get(id);
          if (codec !== undefined) expect(block.get(codec)).toEqual(codec.decode(new Reader(data)));
        }
      }),
    );
  });

  it('are no more than those of the message', () => {
    const block = decode(context, [UNKNOWN]);
    for (const [id, codec] of codecsFor(context)) {
      expect(block.has(id)).toBe(false);
      expect(block.get(codec)).toBeUndefined();
    }
  });

  it('are never the same twice, not even unknown ones', () => {
    expect(refusal(() => decode(context, [UNKNOWN, { id: UNKNOWN.id, data: EMPTY }]))).toEqual({
      code: 'DUPLICATE_EXTENSION',
      alert: 'illegal_parameter',
      message: `${context}: extension 65520 twice`,
    });
  });
});

describe('an extension in a message that does not have it', () => {
  it.each<[ExtensionContext, RawExtension]>([
    ['client_hello', { id: EXTENSION_TYPES.oid_filters, data: fromHex('0000') }],
    ['server_hello', extension(alpn.encryptedExtensions, fromHex('6832'))],
    ['server_hello', extension(cookie.helloRetryRequest, fromHex('00'))],
    ['hello_retry_request', extension(preSharedKey.serverHello, 0)],
    ['encrypted_extensions', extension(keyShare.serverHello, { group: 29, keyExchange: fromHex('00') })],
    ['encrypted_extensions', extension(ecPointFormats.clientHello, [0])],
    ['certificate_request', extension(serverName.encryptedExtensions, null)],
    ['certificate', extension(serverName.encryptedExtensions, null)],
    ['new_session_ticket', extension(supportedVersions.serverHello, 0x0304)],
  ])('is refused: %s', (context, misplaced) => {
    expect(refusal(() => decode(context, [UNKNOWN, misplaced]))).toMatchObject({
      code: 'ILLEGAL_PARAMETER',
      alert: 'illegal_parameter',
      message: expect.stringContaining('does not belong here'),
    });
  });

  it('is shown where it stands', () => {
    const list = [UNKNOWN, extension(serverName.encryptedExtensions, null)];
    expect(() => decode('certificate', list)).toThrow(
      expect.objectContaining({ evidence: { messageType: 'certificate', span: { start: 9, end: 11 } } }),
    );
  });
});

describe('a ServerHello', () => {
  const tls12 = [extension(extendedMasterSecret.serverHello, null), { id: EXTENSION_TYPES.server_name, data: EMPTY }];

  it('of TLS 1.2 may have what TLS 1.3 has elsewhere', () => {
    const block = decodeServerHello(tls12);
    expect(block.ids()).toEqual([EXTENSION_TYPES.extended_master_secret, EXTENSION_TYPES.server_name]);
    expect(block.get(extendedMasterSecret.serverHello)).toBeNull();
    expect(block.get(supportedVersions.serverHello)).toBeUndefined();
  });

  it.each(tls12)('of TLS 1.3 may not: $id', (misplaced) => {
    const version = extension(supportedVersions.serverHello, 0x0304);
    expect(refusal(() => decodeServerHello([misplaced, version])).alert).toBe('illegal_parameter');
    expect(refusal(() => decodeServerHello([version, misplaced])).alert).toBe('illegal_parameter');
    expect(refusal(() => decodeServerHello([version]))).toEqual({});
  });
});

describe('pre_shared_key', () => {
  const binder = new Uint8Array(32);
  const identity = { identity: binder, obfuscatedTicketAge: 0 };
  const offer = extension(preSharedKey.clientHello, { identities: [identity], binders: [binder] });

  it('is the last extension of a ClientHello (RFC 8446 section 4.2.11)', () => {
    expect(decode('client_hello', [UNKNOWN, offer]).get(preSharedKey.clientHello)?.binders).toEqual([binder]);
    expect(refusal(() => decode('client_hello', [offer, UNKNOWN]))).toMatchObject({
      alert: 'illegal_parameter',
      message: expect.stringContaining('pre_shared_key is not the last extension'),
    });
  });

  it('stands anywhere in a ServerHello', () => {
    const block = decodeServerHello([extension(preSharedKey.serverHello, 1), UNKNOWN]);
    expect(block.get(preSharedKey.serverHello)).toBe(1);
  });
});

describe('malformed blocks', () => {
  it.each([
    ['a length without its extensions', '0004'],
    ['half an extension', '0003 fff000'],
    ['extension_data that is cut off', '0005 fff0 0002 00'],
    ['a known extension with bytes after its value', '0007 002b 0003 0304 00'],
    ['a known extension that is cut off', '0005 002b 0001 03'],
  ])('%s', (_title, hex) => {
    const bytes = fromHex(hex);
    expect(() => decodeExtensions(new Reader(bytes), 'server_hello', bytes)).toThrow(ReadError);
  });
});

describe('checkSolicited', () => {
  const alpnId = new Set([EXTENSION_TYPES.application_layer_protocol_negotiation]);
  const selected = extension(alpn.encryptedExtensions, fromHex('6832'));

  it('lets a response answer what was offered, and nothing else', () => {
    const context = 'encrypted_extensions';
    checkSolicited(decode(context, [selected]), alpnId, context);
    for (const list of [[selected, UNKNOWN], [extension(serverName.encryptedExtensions, null)]]) {
      expect(refusal(() => checkSolicited(decode(context, list), alpnId, context))).toMatchObject({
        code: 'UNSUPPORTED_EXTENSION',
        alert: 'unsupported_extension',
      });
    }
  });

  it('lets a HelloRetryRequest bring a cookie (RFC 8446 section 4.2)', () => {
    const brought = extension(cookie.helloRetryRequest, fromHex('00'));
    const context = 'hello_retry_request';
    expect(refusal(() => checkSolicited(decode(context, [brought]), new Set(), context))).toEqual({});
    expect(refusal(() => checkSolicited(decode(context, [UNKNOWN]), new Set(), context)).alert).toBe(
      'unsupported_extension',
    );
  });

  it.each<ExtensionContext>(['client_hello', 'certificate_request', 'new_session_ticket'])(
    'asks nothing of %s, which is a request',
    (context) => {
      expect(refusal(() => checkSolicited(decode(context, [UNKNOWN]), new Set(), context))).toEqual({});
    },
  );

  it.each<ExtensionContext>(['server_hello', 'certificate'])('checks %s', (context) => {
    expect(refusal(() => checkSolicited(decode(context, [UNKNOWN]), new Set(), context)).alert).toBe(
      'unsupported_extension',
    );
    expect(refusal(() => checkSolicited(decode(context, [UNKNOWN]), new Set([UNKNOWN.id]), context))).toEqual({});
  });
});

describe('ExtensionBlock.get', () => {
  it('refuses the codec of another message', () => {
    expect(() => noExtensions('server_hello').get(keyShare.helloRetryRequest)).toThrow(RangeError);
  });
});
