import { describe, expect, test } from 'vitest';
import { mayFetchFrom, reachOf } from './aia-address.ts';

describe('reachOf', () => {
  test.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['172.32.0.1', 'public'],
    ['172.31.255.255', 'private'],
    ['10.0.0.1', 'private'],
    ['192.168.0.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd00::1', 'private'],
    ['127.0.0.1', 'loopback'],
    ['127.255.0.9', 'loopback'],
    ['::1', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['2606:4700::1111%1', 'link-local'],
    ['0.0.0.0', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['224.0.0.1', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['::', 'reserved'],
    ['::ffff:8.8.8.8', 'reserved'],
    ['64:ff9b::8.8.8.8', 'reserved'],
    ['2002:7f00:1::', 'reserved'],
    ['ff02::1', 'reserved'],
    ['shop.example', 'reserved'],
    ['', 'reserved'],
  ])('%s: %s', (address, reach) => {
    expect(reachOf(address)).toBe(reach);
  });

  test('an IPv4 address in IPv6 is never public', () => {
    for (const address of ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::127.0.0.1', '::ffff:169.254.169.254']) {
      expect(reachOf(address)).not.toBe('public');
    }
  });
});

describe('mayFetchFrom', () => {
  test.each([
    ['8.8.8.8', '127.0.0.1', true],
    ['8.8.8.8', '1.1.1.1', true],
    ['127.0.0.1', '127.0.0.1', true],
    ['::1', '127.0.0.1', true],
    ['10.0.0.1', '192.168.0.7', true],
    ['127.0.0.1', '1.1.1.1', false],
    ['127.0.0.1', '10.0.0.1', false],
    ['10.0.0.1', '127.0.0.1', false],
    ['169.254.169.254', '10.0.0.1', false],
    ['169.254.169.254', '1.1.1.1', false],
    ['224.0.0.1', '224.0.0.1', false],
    ['not an address', 'not an address', false],
  ])('%s, named by %s: %s', (address, peer, allowed) => {
    expect(mayFetchFrom(address, peer)).toBe(allowed);
  });
});
