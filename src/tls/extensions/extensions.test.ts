import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXTENSION_CASES } from '../../../test/support/messages.ts';
import { fromAscii, fromHex, ReadError, Reader, Writer } from '../../bytes/index.ts';
import { TlsError } from '../error.ts';
import { alpn } from './alpn.ts';
import { extension } from './block.ts';
import { certificateAuthorities } from './certificate-authorities.ts';
import type { ExtensionCodec } from './codec.ts';
import { compressCertificate } from './compress-certificate.ts';
import { cookie } from './cookie.ts';
import { ecPointFormats } from './ec-point-formats.ts';
import { keyShare } from './key-share.ts';
import { KNOWN_EXTENSIONS } from './known.ts';
import { oidFilters } from './oid-filters.ts';
import { padding } from './padding.ts';
import { postHandshakeAuth } from './post-handshake-auth.ts';
import { preSharedKey } from './pre-shared-key.ts';
import { pskKeyExchangeModes } from './psk-key-exchange-modes.ts';
import { quicTransportParameters } from './quic-transport-parameters.ts';
import { recordSizeLimit } from './record-size-limit.ts';
import { isHostName, serverName } from './server-name.ts';
import { sessionTicket } from './session-ticket.ts';
import { signatureAlgorithms } from './signature-algorithms.ts';
import { signedCertificateTimestamp } from './signed-certificate-timestamp.ts';
import { statusRequest } from './status-request.ts';
import { supportedVersions } from './supported-versions.ts';

function decode<T>(codec: ExtensionCodec<T>, data: Uint8Array): T {
  const reader = new Reader(data);
  const value = codec.decode(reader);
  reader.end();
  return value;
}

/** What decoding throws. Anything else than the two errors that decoders may throw fails the test. */
function refusal(codec: ExtensionCodec<unknown>, data: Uint8Array): string | undefined {
  try {
    decode(codec, data);
    return undefined;
  } catch (error) {
    if (error instanceof ReadError) return 'decode_error';
    if (error instanceof TlsError) return error.alert ?? 'none';
    throw error;
  }
}

/** Extensions whose data ends where the extension ends. */
const FREE_LENGTH: ReadonlySet<ExtensionCodec<unknown>> = new Set([
  padding.clientHello,
  quicTransportParameters.clientHello,
  quicTransportParameters.encryptedExtensions,
  sessionTicket.clientHello,
]);

describe('every extension', () => {
  it('has a case here', () => {
    const known = KNOWN_EXTENSIONS.flatMap((forms) => Object.values(forms));
    expect(new Set(EXTENSION_CASES.map(({ codec }) => codec))).toEqual(new Set(known));
  });

  it('has one codec per message', () => {
    const keys = EXTENSION_CASES.map(({ codec }) => `${codec.id} in ${codec.context}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe.each(EXTENSION_CASES.map((entry) => ({ ...entry, title: `${entry.codec.name} in ${entry.codec.context}` })))(
  '$title',
  ({ codec, value }) => {
    it('decodes what it encodes', () => {
      fc.assert(
        fc.property(value, (expected) => {
          expect(decode(codec, extension(codec, expected).data)).toEqual(expected);
        }),
      );
    });

    it('refuses every form that was cut short, unless its length is free', () => {
      fc.assert(
        fc.property(value, (cut) => {
          const { data } = extension(codec, cut);
          const refusals = Array.from(data, (_, length) => refusal(codec, data.subarray(0, length)));
          const expected = FREE_LENGTH.has(codec) ? undefined : 'decode_error';
          expect(refusals).toEqual(refusals.map(() => expected));
        }),
        { numRuns: 10 },
      );
    });

    it('throws nothing but its two errors for arbitrary bytes', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), (data) => {
          expect([undefined, 'decode_error', 'illegal_parameter']).toContain(refusal(codec, data));
        }),
      );
    });
  },
);

describe('forms that are refused', () => {
  it.each<[string, ExtensionCodec<unknown>, string, string]>([
    ['an empty list of versions', supportedVersions.clientHello, '00', 'decode_error'],
    ['half a version', supportedVersions.clientHello, '03 0304 03', 'decode_error'],
    ['an empty list of schemes', signatureAlgorithms.clientHello, '0000', 'decode_error'],
    ['an empty list of point formats', ecPointFormats.clientHello, '00', 'decode_error'],
    ['an empty list of PSK modes', pskKeyExchangeModes.clientHello, '00', 'decode_error'],
    ['an empty cookie', cookie.clientHello, '0000', 'decode_error'],
    ['a byte after a flag', postHandshakeAuth.clientHello, '00', 'decode_error'],
    ['an empty key_exchange', keyShare.serverHello, '001d 0000', 'decode_error'],
    ['two shares for one group', keyShare.clientHello, '000a 001d 0001 01 001d 0001 02', 'illegal_parameter'],
    ['an empty protocol name', alpn.clientHello, '0004 02 6832 00', 'decode_error'],
    ['no protocol', alpn.clientHello, '0000', 'decode_error'],
    ['two protocols from a server', alpn.encryptedExtensions, '0006 02 6832 02 6833', 'decode_error'],
    ['no protocol from a server', alpn.encryptedExtensions, '0000', 'decode_error'],
    ['an empty OCSP response', statusRequest.certificate, '01 000000', 'decode_error'],
    ['an unknown status type', statusRequest.certificate, '02 000001 00', 'decode_error'],
    ['no timestamps', signedCertificateTimestamp.certificate, '0000', 'decode_error'],
    ['an empty timestamp', signedCertificateTimestamp.certificate, '0002 0000', 'decode_error'],
    ['no authorities', certificateAuthorities.certificateRequest, '0000', 'decode_error'],
    ['an algorithm twice', compressCertificate.clientHello, '04 0001 0001', 'illegal_parameter'],
    ['no algorithm', compressCertificate.certificateRequest, '00', 'decode_error'],
    ['an empty OID', oidFilters.certificateRequest, '0003 00 0000', 'decode_error'],
    ['a record size below 64', recordSizeLimit.clientHello, '003f', 'illegal_parameter'],
    ['padding that is not zero', padding.clientHello, '000001', 'illegal_parameter'],
    ['no host name', serverName.clientHello, '0000', 'decode_error'],
    ['an empty host name', serverName.clientHello, '0003 00 0000', 'decode_error'],
    ['only another type of name', serverName.clientHello, '0004 01 0001 61', 'decode_error'],
    ['two host names', serverName.clientHello, '0008 00 0001 61 00 0001 62', 'illegal_parameter'],
    ['a host name with NUL', serverName.clientHello, '0006 00 0003 610062', 'illegal_parameter'],
    ['a host name that is not ASCII', serverName.clientHello, '0005 00 0002 c3a4', 'illegal_parameter'],
    ['no identities', preSharedKey.clientHello, `0000 0021 20 ${'00'.repeat(32)}`, 'decode_error'],
    ['a short binder', preSharedKey.clientHello, `0007 0001 61 00000000 0020 1f ${'00'.repeat(31)}`, 'decode_error'],
    [
      'an identity without a binder',
      preSharedKey.clientHello,
      `000e 0001 61 00000000 0001 62 00000000 0021 20 ${'00'.repeat(32)}`,
      'illegal_parameter',
    ],
  ])('%s', (_title, codec, data, alert) => {
    expect(refusal(codec, fromHex(data))).toBe(alert);
  });
});

describe('forms that are accepted', () => {
  it.each<[string, ExtensionCodec<unknown>, string, unknown]>([
    ['no key shares, which asks for a HelloRetryRequest', keyShare.clientHello, '0000', []],
    ['another type of name before the host name', serverName.clientHello, '0008 01 0001 61 00 0001 62', 'b'],
    ['a host name of one label with an underscore', serverName.clientHello, '0006 00 0003 615f62', 'a_b'],
    ['responders in status_request', statusRequest.clientHello, '01 0003 0001 61 0002 3000', null],
    ['a status type of the future', statusRequest.clientHello, '07 010203', null],
    ['an empty list of filters', oidFilters.certificateRequest, '0000', []],
    ['the smallest record size', recordSizeLimit.clientHello, '0040', 64],
  ])('%s', (_title, codec, data, expected) => {
    expect(decode(codec, fromHex(data))).toEqual(expected);
  });
});

describe('server_name', () => {
  it.each(['a', 'example.com', 'xn--bcher-kva.example', '_dmarc.example', '1.2.3.4.example', '0x.example', 'a-b.c-d'])(
    'takes %s',
    (name) => {
      expect(isHostName(name)).toBe(true);
    },
  );

  it.each([
    '',
    '.',
    'example.com.',
    '.example',
    'a..b',
    '-a.example',
    'a-.example',
    '192.0.2.1',
    '0x7f.1',
    '2001:db8::1',
    'bücher.example',
    '*.example',
    'a b',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(127)}a`,
  ])('does not send %j', (name) => {
    expect(isHostName(name)).toBe(false);
    expect(() => extension(serverName.clientHello, name)).toThrow(
      expect.objectContaining({ code: 'BAD_CONFIGURATION', fault: 'local', alert: null }),
    );
  });

  it('writes the form of RFC 6066 section 3', () => {
    const writer = new Writer();
    serverName.clientHello.encode(writer, 'ab.c');
    expect(writer.finish()).toEqual(new Uint8Array([0, 7, 0, 0, 4, ...fromAscii('ab.c')]));
  });
});
