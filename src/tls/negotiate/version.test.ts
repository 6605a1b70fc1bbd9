import { describe, expect, it } from 'vitest';
import { decoded, decodedHello, type HelloFields, makeOffer, replacing, without } from '../../../test/tls/hellos.ts';
import { fromHex } from '../../bytes/index.ts';
import { extension, type RawExtension } from '../extensions/block.ts';
import { supportedVersions } from '../extensions/supported-versions.ts';
import { encodeHelloRetryRequest, encodeServerHello } from '../messages/server-hello.ts';
import { CIPHER_SUITES } from '../registry/cipher-suites.ts';
import { EXTENSION_TYPES } from '../registry/extension-types.ts';
import type { VersionName } from '../registry/versions.ts';
import { chooseVersion, selectedVersion, tls12Random } from './version.ts';

const BOTH = ['TLS 1.3', 'TLS 1.2'] as const;
const TLS12 = ['TLS 1.2'] as const;
const TLS13 = ['TLS 1.3'] as const;

type Own = readonly VersionName[];
type Change = (hello: HelloFields) => Partial<HelloFields>;

const versions =
  (...codes: readonly number[]): Change =>
  ({ extensions }) => ({ extensions: replacing(extensions, extension(supportedVersions.clientHello, codes)) });
const legacy =
  (legacyVersion: number): Change =>
  ({ extensions }) => ({ legacyVersion, extensions: without(extensions, EXTENSION_TYPES.supported_versions) });
const fallingBack =
  (change: Change): Change =>
  (hello) => ({ ...change(hello), cipherSuites: [...hello.cipherSuites, CIPHER_SUITES.TLS_FALLBACK_SCSV] });

const choose = (own: Own, change: Change) =>
  chooseVersion(
    own,
    decodedHello((hello) => ({ ...hello, ...change(hello) })),
  );

describe('the version of a ClientHello', () => {
  it.each<[Own, Change, VersionName]>([
    [BOTH, versions(0x0304, 0x0303), 'TLS 1.3'],
    [BOTH, versions(0x0a0a, 0x0303, 0x0304), 'TLS 1.3'],
    [BOTH, versions(0x0303, 0x0302), 'TLS 1.2'],
    [BOTH, legacy(0x0303), 'TLS 1.2'],
    [BOTH, legacy(0x0304), 'TLS 1.2'],
    [BOTH, legacy(0x03ff), 'TLS 1.2'],
    [TLS12, versions(0x0304, 0x0303), 'TLS 1.2'],
    [TLS13, versions(0x0304), 'TLS 1.3'],
    [BOTH, fallingBack(versions(0x0304, 0x0303)), 'TLS 1.3'],
    [TLS12, fallingBack(versions(0x0303)), 'TLS 1.2'],
  ])('of a server with %j is the newest common one (%#)', (own, change, version) => {
    expect(choose(own, change)).toBe(version);
  });

  it.each<[string, Own, Change, RegExp]>([
    ['none that is common', TLS13, versions(0x0303, 0x0302), /offers TLS 1\.2, TLS 1\.1, expected TLS 1\.3 among/],
    ['no TLS 1.3 without the extension', TLS13, legacy(0x0304), /offers TLS 1\.2, expected TLS 1\.3/],
    ['none older', BOTH, legacy(0x0302), /offers TLS 1\.1, expected TLS 1\.3 or TLS 1\.2/],
    ['legacy_version of no weight beside the extension', BOTH, versions(0x0302), /offers TLS 1\.1/],
    ['SSL 3.0, whatever else is offered', BOTH, () => ({ legacyVersion: 0x0300 }), /SSL 3\.0/],
  ])('is %s', (_, own, change, message) => {
    expect(() => choose(own, change)).toThrow(
      expect.objectContaining({
        code: 'NO_COMMON_VERSION',
        alert: 'protocol_version',
        fault: 'incompatible',
        message: expect.stringMatching(message),
      }),
    );
  });

  it.each([versions(0x0303), versions(0x0302), legacy(0x0303)])(
    'is not one that a client fell back to (%#)',
    (change) => {
      const error = { code: 'INAPPROPRIATE_FALLBACK', alert: 'inappropriate_fallback', fault: 'peer' };
      expect(() => choose(BOTH, fallingBack(change))).toThrow(expect.objectContaining(error));
    },
  );
});

const tls13 = extension(supportedVersions.serverHello, 0x0304);
const random = new Uint8Array(32).fill(3);

interface Reply {
  readonly extensions?: readonly RawExtension[];
  readonly legacyVersion?: number;
  readonly random?: Uint8Array;
}

const fields = { legacySessionIdEcho: makeOffer().legacySessionId, cipherSuite: 0x1301, legacyCompressionMethod: 0 };
const serverHello = (reply: Reply) =>
  decoded('server_hello', encodeServerHello({ legacyVersion: 0x0303, random, extensions: [], ...fields, ...reply }));
const retry = (extensions: readonly RawExtension[]) =>
  decoded('hello_retry_request', encodeHelloRetryRequest({ legacyVersion: 0x0303, extensions, ...fields }));
const ending = (hex: string) => Uint8Array.of(...new Uint8Array(24), ...fromHex(hex));

describe('the version of a ServerHello', () => {
  it.each<[Own, Reply, VersionName]>([
    [BOTH, { extensions: [tls13] }, 'TLS 1.3'],
    [TLS13, { extensions: [tls13] }, 'TLS 1.3'],
    [BOTH, {}, 'TLS 1.2'],
    [TLS12, {}, 'TLS 1.2'],
    // A client that did not offer more has not been downgraded.
    [TLS12, { random: tls12Random(BOTH, new Uint8Array(32)) }, 'TLS 1.2'],
  ])('is one of %j (%#)', (offered, reply, version) => {
    expect(selectedVersion(offered, serverHello(reply))).toBe(version);
  });

  const refusals: readonly [string, Own, Reply, string, string, RegExp][] = [
    [
      'TLS 1.2 of a client without it',
      TLS13,
      {},
      'NO_COMMON_VERSION',
      'protocol_version',
      /chose TLS 1\.2, expected TLS 1\.3/,
    ],
    ['TLS 1.1', BOTH, { legacyVersion: 0x0302 }, 'NO_COMMON_VERSION', 'protocol_version', /chose TLS 1\.1/],
    ['SSL 3.0', BOTH, { legacyVersion: 0x0300, extensions: [tls13] }, 'NO_COMMON_VERSION', 'protocol_version', /SSL 3/],
    [
      'TLS 1.3 of a client without it',
      TLS12,
      { extensions: [tls13] },
      'ILLEGAL_PARAMETER',
      'illegal_parameter',
      /not offered/,
    ],
    [
      'TLS 1.2 in supported_versions',
      BOTH,
      { extensions: [extension(supportedVersions.serverHello, 0x0303)] },
      'ILLEGAL_PARAMETER',
      'illegal_parameter',
      /selected_version is TLS 1\.2/,
    ],
    [
      'none that there is',
      BOTH,
      { extensions: [extension(supportedVersions.serverHello, 0x7f1c)] },
      'ILLEGAL_PARAMETER',
      'illegal_parameter',
      /selected_version/,
    ],
    [
      'a downgrade',
      BOTH,
      { random: ending('444f574e47524401') },
      'DOWNGRADE_DETECTED',
      'illegal_parameter',
      /led to believe/,
    ],
    [
      'a downgrade to what is not spoken',
      BOTH,
      { legacyVersion: 0x0302, random: ending('444f574e47524400') },
      'DOWNGRADE_DETECTED',
      'illegal_parameter',
      /led to believe/,
    ],
  ];

  it.each(refusals)('is not %s', (_, offered, reply, code, alert, message) => {
    expect(() => selectedVersion(offered, serverHello(reply))).toThrow(
      expect.objectContaining({ code, alert, message: expect.stringMatching(message) }),
    );
  });

  it('is that of the HelloRetryRequest before it, which is of TLS 1.3', () => {
    expect(selectedVersion(BOTH, serverHello({ extensions: [tls13] }), 'TLS 1.3')).toBe('TLS 1.3');
    const illegal = expect.objectContaining({ code: 'ILLEGAL_PARAMETER', alert: 'illegal_parameter' });
    expect(() => selectedVersion(BOTH, serverHello({}), 'TLS 1.3')).toThrow(illegal);
    expect(selectedVersion(BOTH, retry([extension(supportedVersions.helloRetryRequest, 0x0304)]))).toBe('TLS 1.3');
    const none = expect.objectContaining({ code: 'NO_COMMON_VERSION' });
    expect(() => selectedVersion(BOTH, retry([]))).toThrow(none);
  });
});

it('a server that speaks TLS 1.3 says so in the random of TLS 1.2 (RFC 8446 section 4.1.3)', () => {
  expect(tls12Random(BOTH, new Uint8Array(32))).toEqual(ending('444f574e47524401'));
  expect(tls12Random(TLS12, new Uint8Array(32))).toEqual(new Uint8Array(32));
});
