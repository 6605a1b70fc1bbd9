import { expect, it } from 'vitest';
import { levelClient } from '../../../test/support/levels.ts';
import { clientConfig } from '../../../test/tls/scenarios.ts';
import { sendKeyUpdate } from './key-update.ts';

it('has no keys to update before the handshake is complete, and writes nothing then', () => {
  const { handshake, outbox } = levelClient(clientConfig());
  const before = outbox.length;
  expect(() => sendKeyUpdate(handshake.context, true)).toThrow(/before the handshake is complete/);
  expect(outbox.length).toBe(before);
});
