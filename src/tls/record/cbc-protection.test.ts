/** Records in CBC mode: what fits, what is changed, and that every wrong is one answer. */
import { describe, expect, it } from 'vitest';
import { allocate, concat, copy } from '../../bytes/index.ts';
import type { LegacyCrypto } from '../../crypto/index.ts';
import { BLOCK_CIPHERS, HASH_LENGTH } from '../../crypto/index.ts';
import { nobleCrypto } from '../../crypto/noble/index.ts';
import { nodeCrypto } from '../../crypto/node/index.ts';
import type { CbcKeys } from '../key-schedule/tls12.ts';
import { LEGACY_SUITES } from '../registry/legacy-suites.ts';
import { CbcProtection } from './cbc-protection.ts';
import { MAX_PLAINTEXT } from './limits.ts';
import { RecordReadSide } from './read-side.ts';
import { RecordWriteSide } from './write-side.ts';

const NAMES = [
  'TLS_RSA_WITH_AES_128_CBC_SHA',
  'TLS_DHE_RSA_WITH_AES_256_CBC_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384',
  'TLS_RSA_WITH_3DES_EDE_CBC_SHA',
] as const;

const CASES = NAMES.flatMap((name) => [false, true].map((encryptThenMac) => ({ name, encryptThenMac })));

function keysOf({ name, encryptThenMac }: (typeof CASES)[number]): CbcKeys {
  const suite = LEGACY_SUITES.get(name);
  if (suite === undefined || !('blockCipher' in suite)) throw new Error(`${name} has no CBC`);
  return {
    suite,
    key: new Uint8Array(BLOCK_CIPHERS[suite.blockCipher].key).fill(7),
    macKey: new Uint8Array(HASH_LENGTH[suite.mac]).fill(9),
    encryptThenMac,
  };
}

function seal(protection: CbcProtection, type: number, content: Uint8Array): Uint8Array {
  const header = new Uint8Array(5 + protection.explicitNonceLength);
  const length = protection.protectedLength(content.length);
  header.set([type, 3, 3, length >> 8, length & 0xff]);
  return concat([header, ...protection.seal(header, content)]);
}

function legacy(): LegacyCrypto {
  if (nodeCrypto.legacy === undefined) throw new Error('the provider has nothing old');
  return nodeCrypto.legacy;
}

/** A record whose plaintext, padding included, is made by hand. */
function forge(keys: CbcKeys, plaintextOf: (mac: (content: Uint8Array) => Uint8Array) => Uint8Array): Uint8Array {
  const { blockCipher, mac: hash } = keys.suite;
  const header = (length: number) => Uint8Array.of(23, 3, 3, length >> 8, length & 0xff);
  const macOf = (length: number, data: Uint8Array) =>
    nodeCrypto.hmac(hash, keys.macKey, concat([new Uint8Array(8), header(length), data]));
  const plaintext = plaintextOf((content) => macOf(content.length, content));
  const iv = nodeCrypto.random(BLOCK_CIPHERS[blockCipher].block);
  const encrypted = concat([iv, legacy().blockCipher(blockCipher, keys.key).encrypt(iv, plaintext)]);
  const fragment = keys.encryptThenMac ? concat([encrypted, macOf(encrypted.length, encrypted)]) : encrypted;
  return concat([header(fragment.length), fragment]);
}

describe.each(CASES)('$name, encrypt-then-MAC $encryptThenMac', (one) => {
  const keys = keysOf(one);
  const { block } = BLOCK_CIPHERS[keys.suite.blockCipher];
  const tag = HASH_LENGTH[keys.suite.mac];
  const open = (record: Uint8Array) => new CbcProtection(nodeCrypto, keys).open(record);
  const inside = (content: Uint8Array, mac: (content: Uint8Array) => Uint8Array) =>
    one.encryptThenMac ? content : concat([content, mac(content)]);

  it('opens what it sealed, record after record, at every length', () => {
    const [writer, reader] = [new CbcProtection(nodeCrypto, keys), new CbcProtection(nodeCrypto, keys)];
    for (let length = 0; length < 70; length++) {
      const content = nodeCrypto.random(length);
      const record = seal(writer, 23, content);
      expect(record.length - 5).toBe(writer.protectedLength(length));
      expect(reader.open(record)).toEqual(content);
    }
    expect([writer.sequence, reader.sequence]).toEqual([70, 70]);
    expect(seal(writer, 23, new Uint8Array(3))).not.toEqual(seal(writer, 23, new Uint8Array(3)));
  });

  it('opens nothing that was changed, cut, swapped or repeated', () => {
    const writer = new CbcProtection(nodeCrypto, keys);
    const [first, second] = [seal(writer, 23, Uint8Array.of(1, 2, 3)), seal(writer, 23, Uint8Array.of(1, 2, 3))];
    expect(open(first)).toEqual(Uint8Array.of(1, 2, 3));
    expect(open(second)).toBeNull();
    for (let at = 0; at < first.length; at++) {
      if (at === 3 || at === 4) continue; // the length is the record's own
      const changed = copy(first);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(open(changed), `byte ${at}`).toBeNull();
    }
    for (let end = 5; end < first.length; end++) expect(open(first.subarray(0, end))).toBeNull();
    const reader = new CbcProtection(nodeCrypto, keys);
    reader.open(first);
    expect(reader.open(first)).toBeNull();
    expect(reader.open(second)).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('takes padding of every length, and none that is not its length throughout', () => {
    for (let padding = 0; padding < 256; padding++) {
      const rest = block - ((padding + 1 + (one.encryptThenMac ? 0 : tag)) % block);
      const content = nodeCrypto.random(rest);
      const padded = (mac: (content: Uint8Array) => Uint8Array, at: number) => {
        const filler = new Uint8Array(padding + 1).fill(padding);
        if (at <= padding) filler[at] = (filler[at] ?? 0) ^ 0x10;
        return concat([inside(content, mac), filler]);
      };
      expect(open(forge(keys, (mac) => padded(mac, 256)))).toEqual(content);
      // The last byte is the length itself: another one means other bytes.
      for (const at of new Set([0, padding >> 1, padding - 1].filter((place) => place >= 0 && place < padding))) {
        expect(open(forge(keys, (mac) => padded(mac, at))), `padding ${padding}, byte ${at}`).toBeNull();
      }
    }
  });

  it('has no padding beyond the record', () => {
    for (const last of [0xff, 4 * block, 2 * block - 1]) {
      const length = one.encryptThenMac ? block : Math.ceil((tag + 1) / block) * block;
      if (last < length) continue;
      expect(open(forge(keys, () => new Uint8Array(length).fill(last)))).toBeNull();
    }
    // A MAC that would be right for a padding of nothing.
    if (!one.encryptThenMac) {
      const record = forge(keys, (mac) => {
        const content = new Uint8Array(block - ((tag + 1) % block) + block);
        return concat([content, mac(content), Uint8Array.of(0xff)]);
      });
      expect(open(record)).toBeNull();
    }
  });

  it('tells lengths that no record has', () => {
    const whole = forge(keys, (mac) => {
      const rest = block - ((1 + (one.encryptThenMac ? 0 : tag)) % block);
      return concat([inside(new Uint8Array(rest), mac), Uint8Array.of(0)]);
    });
    expect(open(whole)).not.toBeNull();
    for (let length = 0; length <= tag + 2 * block; length++) {
      expect(open(concat([whole.subarray(0, 5), new Uint8Array(length)]))).toBeNull();
    }
  });
});

it('both providers protect alike', () => {
  for (const one of CASES.filter(({ name }) => !name.includes('3DES'))) {
    const [writer, reader] = [new CbcProtection(nobleCrypto, keysOf(one)), new CbcProtection(nodeCrypto, keysOf(one))];
    expect(reader.open(seal(writer, 23, Uint8Array.of(5)))).toEqual(Uint8Array.of(5));
  }
});

it('a provider without old means protects nothing', () => {
  const { legacy: _, ...without } = nodeCrypto;
  expect(() => new CbcProtection(without, keysOf({ name: NAMES[0], encryptThenMac: false }))).toThrow(/provider/);
});

describe('records on the wire', () => {
  const CCS = Uint8Array.of(20, 3, 3, 0, 1, 1);
  const keys = keysOf({ name: NAMES[2], encryptThenMac: false });

  it('are written and read at full size, with as much padding as there can be', () => {
    const writes = new RecordWriteSide(nodeCrypto, allocate, 0, undefined);
    const reads = new RecordReadSide(nodeCrypto, allocate, undefined);
    reads.requireTls12();
    reads.expectChangeCipherSpec(keys);
    writes.changeCipherSpec(keys, Number.POSITIVE_INFINITY);
    const content = nodeCrypto.random(MAX_PLAINTEXT);
    expect(writes.writeApplicationData(content, 0)).toBe(MAX_PLAINTEXT);
    for (const part of writes.takeOutput()) reads.push(part);
    expect(reads.next()?.bytes).toEqual(content);
  });

  it('may be longer than those of TLS 1.3, by their padding', () => {
    const reads = new RecordReadSide(nodeCrypto, allocate, undefined);
    reads.requireTls12();
    reads.expectChangeCipherSpec(keys);
    reads.push(CCS);
    const record = forge(keys, (mac) => {
      const content = new Uint8Array(MAX_PLAINTEXT);
      return concat([content, mac(content), new Uint8Array(256 - (48 % 16)).fill(255 - (48 % 16))]);
    });
    expect(record.length - 5).toBeGreaterThan(2 ** 14 + 256);
    reads.push(record);
    expect(reads.next()?.bytes.length).toBe(MAX_PLAINTEXT);
    reads.push(Uint8Array.of(23, 3, 3, 0x48, 0x01));
    expect(() => reads.next()).toThrow(expect.objectContaining({ code: 'RECORD_OVERFLOW', alert: 'record_overflow' }));
  });
});
