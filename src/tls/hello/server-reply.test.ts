import { describe, expect, it } from 'vitest';
import { decoded, makeOffer } from '../../../test/tls/hellos.ts';
import { EMPTY } from '../../bytes/index.ts';
import { extension, type RawExtension } from '../extensions/block.ts';
import { cookie } from '../extensions/cookie.ts';
import { keyShare } from '../extensions/key-share.ts';
import { supportedVersions } from '../extensions/supported-versions.ts';
import { encodeHelloRetryRequest, encodeServerHello } from '../messages/server-hello.ts';
import { GROUPS } from '../registry/named-groups.ts';
import { checkReply, checkRetry, MAX_COOKIE_LENGTH } from './server-reply.ts';

const offer = makeOffer({
  cipherSuites: ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256'],
  groups: ['x25519', 'secp256r1'],
});
const version = extension(supportedVersions.serverHello, 0x0304);
const retryVersion = extension(supportedVersions.helloRetryRequest, 0x0304);
const share = extension(keyShare.serverHello, { group: GROUPS.x25519, keyExchange: new Uint8Array(32).fill(9) });
const fields = {
  legacyVersion: 0x0303,
  legacySessionIdEcho: offer.legacySessionId,
  cipherSuite: 0x1301,
  legacyCompressionMethod: 0,
};
type Fields = Partial<typeof fields> & { readonly extensions?: readonly RawExtension[] };

const serverHello = (change: Fields = {}) =>
  decoded(
    'server_hello',
    encodeServerHello({ ...fields, random: new Uint8Array(32).fill(3), extensions: [version, share], ...change }),
  );
const retry = (extensions: readonly RawExtension[], change: Fields = {}) =>
  decoded(
    'hello_retry_request',
    encodeHelloRetryRequest({ ...fields, extensions: [retryVersion, ...extensions], ...change }),
  );

const selected = (group: number) => extension(keyShare.helloRetryRequest, group);
const refusal = (code: string, alert: string, message: RegExp) =>
  expect.objectContaining({ code, alert, message: expect.stringMatching(message) });
const illegal = (message: RegExp) => refusal('ILLEGAL_PARAMETER', 'illegal_parameter', message);

describe('a reply of the server', () => {
  it('chooses a suite of the offer, not merely the first', () => {
    expect(checkReply(offer, serverHello()).name).toBe('TLS_AES_128_GCM_SHA256');
    expect(checkReply(offer, retry([selected(GROUPS.secp256r1)])).name).toBe('TLS_AES_128_GCM_SHA256');
  });

  const rows: readonly [string, Fields, ReturnType<typeof illegal>][] = [
    ['legacy_version', { legacyVersion: 0x0302 }, illegal(/legacy_version is TLS 1\.1/)],
    ['another session id', { legacySessionIdEcho: new Uint8Array(32) }, illegal(/legacy_session_id_echo/)],
    ['no session id', { legacySessionIdEcho: EMPTY }, illegal(/legacy_session_id_echo/)],
    ['compression', { legacyCompressionMethod: 1 }, illegal(/legacy_compression_method is 1/)],
    ['a suite that was not offered', { cipherSuite: 0x1303 }, illegal(/CHACHA20.*not offered/)],
    ['a suite of TLS 1.2', { cipherSuite: 0xc02f }, illegal(/not offered/)],
    [
      'an extension that was not offered',
      { extensions: [version, share, { id: 0xfff0, data: EMPTY }] },
      refusal('UNSUPPORTED_EXTENSION', 'unsupported_extension', /not offered/),
    ],
  ];

  it.each(rows)('is refused: %s', (_, change, error) => {
    expect(() => checkReply(offer, serverHello(change))).toThrow(error);
  });

  it('is held to the same as a HelloRetryRequest', () => {
    const asked = [selected(GROUPS.secp256r1)];
    expect(() => checkReply(offer, retry(asked, { cipherSuite: 0x1303 }))).toThrow(illegal(/not offered/));
    expect(() => checkReply(offer, retry(asked, { legacySessionIdEcho: EMPTY }))).toThrow(illegal(/session_id/));
    expect(() => checkReply(offer, retry([...asked, { id: 0xfff0, data: EMPTY }]))).toThrow(
      refusal('UNSUPPORTED_EXTENSION', 'unsupported_extension', /not offered/),
    );
  });
});

describe('what a HelloRetryRequest asks for', () => {
  const echo = (length: number) => extension(cookie.helloRetryRequest, new Uint8Array(length).fill(1));

  it('is a group, a cookie or both', () => {
    expect(checkRetry(offer, retry([selected(GROUPS.secp256r1)]))).toEqual({ group: 'secp256r1', cookie: undefined });
    expect(checkRetry(offer, retry([echo(2)]))).toEqual({ group: undefined, cookie: Uint8Array.of(1, 1) });
    expect(checkRetry(offer, retry([echo(2), selected(GROUPS.secp256r1)]))).toMatchObject({ group: 'secp256r1' });
    expect(checkRetry(offer, retry([echo(MAX_COOKIE_LENGTH)])).cookie?.length).toBe(MAX_COOKIE_LENGTH);
  });

  it.each<[string, readonly RawExtension[], RegExp]>([
    ['nothing', [], /no change/],
    ['a cookie too long to echo', [echo(MAX_COOKIE_LENGTH + 1)], /16385 bytes/],
    ['a group that was not offered', [selected(GROUPS.secp384r1)], /selected_group secp384r1 was not offered/],
    ['a group that nobody knows', [selected(0x7777)], /was not offered/],
    ['a group whose share was sent', [selected(GROUPS.x25519)], /already sent/],
    ['a group whose share was sent, and a cookie', [selected(GROUPS.x25519), echo(2)], /already sent/],
  ])('is refused: %s', (_, extensions, message) => {
    expect(() => checkRetry(offer, retry(extensions))).toThrow(illegal(message));
  });
});
