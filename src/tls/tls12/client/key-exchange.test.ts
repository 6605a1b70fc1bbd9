import { expect, it } from 'vitest';
import { nodeCrypto } from '../../../crypto/node/index.ts';
import { agreeWith } from './key-exchange.ts';

it('old suites that are negotiated without a provider for them are a fault of ours', () => {
  const { legacy: _, ...crypto } = nodeCrypto;
  expect(() => agreeWith({ crypto }, { kind: 'rsa', spki: new Uint8Array(1) })).toThrow(/without a provider/);
});
