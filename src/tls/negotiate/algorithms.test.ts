import { expect, it } from 'vitest';
import type { GroupName } from '../../crypto/index.ts';
import { nodeCrypto } from '../../crypto/node/index.ts';
import { algorithms } from './algorithms.ts';

it('is worked out once for the same lists, whoever holds them', () => {
  const first = algorithms({ crypto: nodeCrypto, groups: ['x25519'] }, false);
  expect(algorithms({ crypto: nodeCrypto, groups: ['x25519'] }, false)).toBe(first);
  expect(algorithms({ crypto: nodeCrypto, groups: ['x25519', 'secp256r1'] }, false).groups.length).toBe(2);
  expect(algorithms({ crypto: nodeCrypto, groups: ['secp256r1'] }, false).groups).toEqual(['secp256r1']);
  expect(algorithms({ crypto: nodeCrypto }, false).groups).toEqual(nodeCrypto.capabilities.defaultGroups);
  expect(algorithms({ crypto: { ...nodeCrypto }, groups: ['x25519'] }, false)).not.toBe(first);
});

it('follows a list that its owner changes, and tells QUIC apart', () => {
  const groups: GroupName[] = ['x25519', 'secp384r1'];
  const config = { crypto: nodeCrypto, groups };
  const before = algorithms(config, false);
  expect(before.groups).toEqual(['x25519', 'secp384r1']);
  groups.pop();
  expect(algorithms(config, false).groups).toEqual(['x25519']);
  expect(before.groups).toEqual(['x25519', 'secp384r1']);
  expect(algorithms(config, false).versions).toEqual(['TLS 1.3', 'TLS 1.2']);
  expect(algorithms(config, true).versions).toEqual(['TLS 1.3']);
});

it('is kept for some lists only, and right for all', () => {
  const suites = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'] as const;
  for (let turn = 0; turn < 2; turn++) {
    for (const suite of suites) {
      for (const group of nodeCrypto.capabilities.groups) {
        const { suiteCodes, groups } = algorithms(
          { crypto: nodeCrypto, cipherSuites: [suite], groups: [group], versions: ['TLS 1.3'] },
          false,
        );
        expect([suiteCodes.length, groups]).toEqual([1, [group]]);
      }
    }
  }
});
