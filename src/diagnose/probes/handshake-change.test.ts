import { describe, expect, test } from 'vitest';
import {
  asksFor,
  type HandshakeChangeId,
  handshakeChangeOf,
  handshakeValueBefore,
  isHandshakeChangeId,
} from './handshake-change.ts';
import type { ProbeInput } from './input.ts';

const input: ProbeInput = { serverName: 'shop.example', alpn: ['h2'], clientCertificate: true };

const FIXED: readonly HandshakeChangeId[] = [
  'handshake:none',
  'handshake:server_name:none',
  'handshake:alpn:none',
  'handshake:alpn:h2',
  'handshake:alpn:http/1.1',
  'handshake:groups:classical',
  'handshake:client_certificate:none',
  'handshake:verdict:none',
];

describe('a change of a handshake', () => {
  test.each<[HandshakeChangeId, { readonly [K in keyof ProbeInput]?: ProbeInput[K] | undefined }, string]>([
    ['handshake:server_name:none', { serverName: undefined }, 'shop.example'],
    ['handshake:server_name:www.shop.example', { serverName: 'www.shop.example' }, 'shop.example'],
    ['handshake:alpn:none', { alpn: [] }, 'h2'],
    ['handshake:alpn:http/1.1', { alpn: ['http/1.1'] }, 'h2'],
    ['handshake:groups:classical', { groups: ['x25519', 'secp256r1'] }, 'those that this client implements'],
    ['handshake:client_certificate:none', { clientCertificate: false }, 'the one given'],
  ])('%s touches one input', (id, changed, before) => {
    const { serverName, ...rest } = { ...input, ...changed };
    const expected = serverName === undefined ? rest : { serverName, ...rest };
    expect(handshakeChangeOf(id).apply(input)).toEqual(expected);
    expect(handshakeValueBefore(id, input)).toBe(before);
  });

  test('the control touches none', () => {
    expect(handshakeChangeOf('handshake:none').apply(input)).toEqual(input);
  });

  test('only one goes on whatever the chain is: without a client certificate, for the date alone', () => {
    const careless = FIXED.map(handshakeChangeOf).filter(({ acceptsAnyChain }) => acceptsAnyChain === true);
    expect(careless.map(({ id, after }) => [id, after])).toEqual([['handshake:verdict:none', 'date']]);
    expect(careless[0]?.apply(input).clientCertificate).toBe(false);
  });

  test('asked for another name, the peer must be that', () => {
    expect(handshakeChangeOf('handshake:server_name:www.shop.example')).toMatchObject({
      ...{ identity: 'www.shop.example', to: 'www.shop.example', name: 'the server name www.shop.example' },
    });
    expect(handshakeChangeOf('handshake:server_name:none').identity).toBeUndefined();
  });
});

describe('an id', () => {
  test.each(FIXED)('%s is one', (id) => {
    expect(isHandshakeChangeId(id)).toBe(true);
    expect(handshakeChangeOf(id).id).toBe(id);
  });

  test.each([
    'handshake:server_name:',
    'handshake:server_name:localhost',
    'handshake:server_name:*.shop.example',
    'handshake:server_name:a..example',
    'handshake:server_name:SHOP.example',
    `handshake:server_name:${'a'.repeat(64)}.example`,
    `handshake:server_name:${'a.'.repeat(127)}example`,
    'handshake:server_name:a.example\n',
    'handshake:alpn:spdy/1',
    'server_name:none',
    'none',
    '',
    5,
    null,
  ])('%j is none', (id) => {
    expect(isHandshakeChangeId(id)).toBe(false);
  });

  test('that does not exist has no change', () => {
    expect(() => handshakeChangeOf('handshake:nothing' as 'handshake:none')).toThrow(RangeError);
  });

  test('is made of a name that a certificate presents, where that is a host', () => {
    expect(asksFor('WWW.shop.example')).toBe('handshake:server_name:www.shop.example');
    expect(asksFor('*.shop.example')).toBeUndefined();
    expect(asksFor('shop')).toBeUndefined();
  });
});
