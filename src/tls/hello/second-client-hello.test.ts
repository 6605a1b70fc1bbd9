import { describe, expect, it } from 'vitest';
import { type ClientHello, decodedHello, type HelloFields } from '../../../test/tls/hellos.ts';
import { EMPTY } from '../../bytes/index.ts';
import { extension, type RawExtension } from '../extensions/block.ts';
import { cookie } from '../extensions/cookie.ts';
import { EXTENSION_TYPES } from '../registry/extension-types.ts';
import { checkSecondClientHello, checkSecondShare } from './second-client-hello.ts';

const COOKIE = Uint8Array.of(1, 2, 3);
const echo = extension(cookie.clientHello, COOKIE);
const first = decodedHello();
const keyShareOf = (data: readonly number[]) => ({ id: EXTENSION_TYPES.key_share, data: Uint8Array.from(data) });

/** The first ClientHello with another list of extensions. */
const withExtensions = (change: (list: readonly RawExtension[]) => readonly RawExtension[]) =>
  decodedHello((hello) => ({ ...hello, extensions: change(hello.extensions) }));

const check = (second: ClientHello, sent?: Uint8Array) => checkSecondClientHello(first, second, sent);
const refusal = (message: RegExp) =>
  expect.objectContaining({
    code: 'ILLEGAL_PARAMETER',
    alert: 'illegal_parameter',
    fault: 'peer',
    message: expect.stringMatching(message),
  });

describe('a second ClientHello', () => {
  it('may be the first again, with another share, padding and the cookie', () => {
    expect(() => check(first)).not.toThrow();
    const padding = { id: EXTENSION_TYPES.padding, data: new Uint8Array(7) };
    const second = withExtensions((list) => [
      padding,
      ...list.map((one) => (one.id === EXTENSION_TYPES.key_share ? keyShareOf([0, 0]) : one)),
      echo,
    ]);
    expect(() => check(second, COOKIE)).not.toThrow();
  });

  it.each<[string, (hello: HelloFields) => Partial<HelloFields>]>([
    ['legacy_version', () => ({ legacyVersion: 0x0302 })],
    ['random', () => ({ random: new Uint8Array(32).fill(9) })],
    ['legacy_session_id', () => ({ legacySessionId: EMPTY })],
    ['fewer suites', ({ cipherSuites }) => ({ cipherSuites: cipherSuites.slice(1) })],
    ['more suites', ({ cipherSuites }) => ({ cipherSuites: [...cipherSuites, 0x1305] })],
    ['suites in another order', ({ cipherSuites }) => ({ cipherSuites: [...cipherSuites].reverse() })],
  ])('may not change its fixed fields: %s', (_, change) => {
    const second = decodedHello((hello) => ({ ...hello, ...change(hello) }));
    expect(() => check(second)).toThrow(refusal(/fixed fields/));
  });

  it.each<[string, (list: readonly RawExtension[]) => readonly RawExtension[]]>([
    ['one less', (list) => list.filter(({ id }) => id !== EXTENSION_TYPES.server_name)],
    ['one more', (list) => [{ id: 0xfff0, data: EMPTY }, ...list]],
    ['another order', (list) => [...list].reverse()],
    ['another value', (list) => list.map((one) => (one.id === 13 ? { id: 13, data: Uint8Array.of(0, 2, 4, 3) } : one))],
  ])('may not change other extensions: %s', (_, change) => {
    expect(() => check(withExtensions(change))).toThrow(refusal(/extensions it may not change/));
  });

  it('offers no early data', () => {
    const second = withExtensions((list) => [...list, { id: EXTENSION_TYPES.early_data, data: EMPTY }]);
    expect(() => check(second)).toThrow(refusal(/early data/));
  });

  it('echoes exactly the cookie', () => {
    const other = extension(cookie.clientHello, Uint8Array.of(1, 2, 4));
    expect(() => check(first, COOKIE)).toThrow(refusal(/cookie/));
    expect(() => check(withExtensions((list) => [...list, echo]))).toThrow(refusal(/cookie/));
    expect(() =>
      check(
        withExtensions((list) => [...list, other]),
        COOKIE,
      ),
    ).toThrow(refusal(/cookie/));
  });
});

describe('its key_share', () => {
  it.each<[string, readonly { group: number }[]]>([
    ['none', []],
    ['of another group', [{ group: 23 }]],
    ['two', [{ group: 29 }, { group: 23 }]],
  ])('is not %s', (_, shares) => {
    expect(() => checkSecondShare(shares, 29, 'x25519')).toThrow(refusal(/not one share of x25519/));
    expect(() => checkSecondShare([{ group: 29 }], 29, 'x25519')).not.toThrow();
  });
});
