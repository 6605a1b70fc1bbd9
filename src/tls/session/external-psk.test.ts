import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromAscii, toHex } from '../../bytes/index.ts';
import { nodeCrypto } from '../../crypto/node/index.ts';
import { checkPsk, importPsk } from './external-psk.ts';

const identity = fromAscii('external');
const context = fromAscii('context');
const key = new Uint8Array(32).fill(0x41);

/** RFC 9258 section 5.1 for SHA-256 keys, by node:crypto alone. */
function expected(kdf: number, length: number): { identity: string; key: string } {
  const vector = (text: Uint8Array) => Buffer.concat([Buffer.of(0, text.length), text]);
  const imported = Buffer.concat([vector(identity), vector(context), Buffer.of(3, 4, 0, kdf)]);
  const extracted = createHmac('sha256', Buffer.alloc(32)).update(key).digest();
  const label = Buffer.from('tls13 derived psk');
  const digest = createHash('sha256').update(imported).digest();
  const info = Buffer.concat([Buffer.of(0, length, label.length), label, Buffer.of(digest.length), digest]);
  const first = createHmac('sha256', extracted).update(info).update(Buffer.of(1)).digest();
  const second = createHmac('sha256', extracted).update(first).update(info).update(Buffer.of(2)).digest();
  return {
    identity: imported.toString('hex'),
    key: Buffer.concat([first, second]).subarray(0, length).toString('hex'),
  };
}

describe('an imported key', () => {
  it('is one for each hash, as RFC 9258 section 5.1 derives it', () => {
    const imported = importPsk(nodeCrypto, { identity, key }, context);
    expect(imported.map(({ hash, imported }) => [hash, imported])).toEqual([
      ['sha256', true],
      ['sha384', true],
    ]);
    expect(imported.map((psk) => ({ identity: toHex(psk.identity), key: toHex(psk.key) }))).toEqual([
      expected(1, 32),
      expected(2, 48),
    ]);
  });

  it('depends on the hash of the key it is made from, and on the context', () => {
    const keys = (psks: ReturnType<typeof importPsk>) => psks.map((psk) => toHex(psk.key));
    const one = keys(importPsk(nodeCrypto, { identity, key }, context));
    const two = keys(importPsk(nodeCrypto, { identity, key, hash: 'sha384' }, context));
    const three = keys(importPsk(nodeCrypto, { identity, key }, new Uint8Array(0)));
    expect(new Set([...one, ...two, ...three]).size).toBe(6);
  });
});

describe('a key from elsewhere', () => {
  it.each<[string, Uint8Array, Uint8Array]>([
    ['has an identity', new Uint8Array(0), key],
    ['has an identity that a ClientHello holds', new Uint8Array(2 ** 14 + 1), key],
    ['has 16 bytes', identity, new Uint8Array(15)],
  ])('%s', (_, name, secret) => {
    const refusal = expect.objectContaining({ code: 'BAD_CONFIGURATION' });
    expect(() => checkPsk({ identity: name, key: secret })).toThrow(refusal);
    expect(() => importPsk(nodeCrypto, { identity: name, key: secret }, context)).toThrow(refusal);
  });
});
