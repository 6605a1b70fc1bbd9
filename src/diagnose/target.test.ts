import { domainToASCII } from 'node:url';
import { describe, expect, test } from 'vitest';
import { InputError } from './input-error.ts';
import { endpointText, parsePort, parseTarget } from './target.ts';

function parse(text: string) {
  const { host, isAddress, port, protocol, path } = parseTarget(text, domainToASCII);
  return { host, isAddress, port, protocol, path };
}

const plain = { isAddress: false, port: 443, protocol: 'unknown', path: '/' };

describe('parseTarget', () => {
  test.each([
    ['shop.example', { ...plain, host: 'shop.example' }],
    ['Shop.Example.', { ...plain, host: 'shop.example' }],
    ['bücher.example', { ...plain, host: 'xn--bcher-kva.example' }],
    ['_dmarc.shop.example', { ...plain, host: '_dmarc.shop.example' }],
    ['shop.example:8443', { ...plain, host: 'shop.example', port: 8443 }],
    ['mail.example:993', { ...plain, host: 'mail.example', port: 993, protocol: 'other' }],
    ['192.0.2.10', { ...plain, host: '192.0.2.10', isAddress: true }],
    ['127.1:8443', { ...plain, host: '127.0.0.1', isAddress: true, port: 8443 }],
    ['2001:DB8::10', { ...plain, host: '2001:db8::10', isAddress: true }],
    ['[2001:db8::10]', { ...plain, host: '2001:db8::10', isAddress: true }],
    ['[::1]:8443', { ...plain, host: '::1', isAddress: true, port: 8443 }],
    ['https://shop.example', { ...plain, host: 'shop.example', protocol: 'https' }],
    ['https://shop.example:444/a?b#c', { ...plain, host: 'shop.example', port: 444, protocol: 'https', path: '/a?b' }],
    ['https://shop.example?b', { ...plain, host: 'shop.example', protocol: 'https', path: '/?b' }],
    ['HTTPS://[::1]/', { ...plain, host: '::1', isAddress: true, protocol: 'https' }],
    ['imaps://mail.example', { ...plain, host: 'mail.example', port: 993, protocol: 'other' }],
  ])('%s', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  test.each([
    ['', /no host/],
    [':443', /no host/],
    ['https:///path', /no host/],
    ['shop.example:0', /not a port/],
    ['shop.example:65536', /not a port/],
    ['shop.example:https', /not a port/],
    ['[::1', /neither/],
    ['-shop.example', /neither/],
    ['shop_.example.123', /neither/],
    ['a b', /neither/],
    [`${'a'.repeat(64)}.example`, /neither/],
    ['user@shop.example', /user name/],
    ['http://shop.example', /not over TLS/],
    ['gopher://shop.example', /known are https, /],
    ['https://shop.example/a b', /percent-encoded/],
    ['https://shop.example/\r\nX-Injected: 1', /percent-encoded/],
  ])('refuses %j', (text, complaint) => {
    expect(() => parse(text)).toThrow(InputError);
    expect(() => parse(text)).toThrow(complaint);
  });
});

test('endpointText brackets IPv6', () => {
  expect(['shop.example', '192.0.2.10', '::1'].map((host) => endpointText(host, 443))).toEqual([
    'shop.example:443',
    '192.0.2.10:443',
    '[::1]:443',
  ]);
});

test('parsePort takes 1 to 65535', () => {
  expect(['1', '65535'].map((text) => parsePort(text, 'x'))).toEqual([1, 65_535]);
  for (const text of ['0', '65536', '-1', '1e3', '']) expect(() => parsePort(text, 'x')).toThrow(InputError);
});
