import { describe, expect, it } from 'vitest';
import { allocate, concat } from '../../bytes/index.ts';
import { nobleCrypto } from '../../crypto/noble/index.ts';
import { nodeCrypto } from '../../crypto/node/index.ts';
import type { AeadKeys } from '../key-schedule/tls12.ts';
import { TLS12_SUITES } from '../registry/tls12-suites.ts';
import { MAX_PLAINTEXT } from './limits.ts';
import { RecordReadSide } from './read-side.ts';
import { AeadProtection } from './tls12-protection.ts';
import { RecordWriteSide } from './write-side.ts';

const GCM = TLS12_SUITES.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
const CHACHA = TLS12_SUITES.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256;
const SUITES = [GCM, TLS12_SUITES.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, CHACHA];

function keysOf(suite: (typeof SUITES)[number]): AeadKeys {
  const key = new Uint8Array(suite.aead === 'aes-128-gcm' ? 16 : 32).fill(7);
  return { suite, key, iv: new Uint8Array(12 - suite.explicitNonceLength).fill(9) };
}

function seal(protection: AeadProtection, type: number, content: Uint8Array): Uint8Array {
  const length = protection.protectedLength(content.length);
  const header = new Uint8Array(5 + protection.explicitNonceLength);
  header.set([type, 3, 3, length >> 8, length & 0xff]);
  const parts = protection.seal(header, content);
  return concat([header, ...parts]);
}

describe.each(SUITES)('$name', (suite) => {
  const content = Uint8Array.of(1, 2, 3);

  it('opens with one provider what another sealed, record after record', () => {
    const [writer, reader] = [
      new AeadProtection(nodeCrypto, keysOf(suite)),
      new AeadProtection(nobleCrypto, keysOf(suite)),
    ];
    for (let i = 0; i < 300; i += 1) expect(reader.open(seal(writer, 23, content))).toEqual(content);
    expect([writer.sequence, reader.sequence]).toEqual([300, 300]);
  });

  it('opens nothing that was changed, swapped or repeated', () => {
    const writer = new AeadProtection(nodeCrypto, keysOf(suite));
    const [first, second] = [seal(writer, 23, content), seal(writer, 23, content)];
    const open = (record: Uint8Array) => new AeadProtection(nodeCrypto, keysOf(suite)).open(record);
    expect(open(first)).toEqual(content);
    expect(open(second)).toBeNull();
    for (let at = 0; at < first.length; at++) {
      if (at === 3 || at === 4) continue; // the length is the record's own
      const changed = Uint8Array.from(first);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(open(changed), `byte ${at}`).toBeNull();
    }
    for (let end = 5; end < first.length; end++) expect(open(first.subarray(0, end))).toBeNull();
    const reader = new AeadProtection(nodeCrypto, keysOf(suite));
    reader.open(first);
    expect(reader.open(first)).toBeNull();
  });
});

it('the explicit nonce is the sequence number (RFC 5288 section 3)', () => {
  const protection = new AeadProtection(nodeCrypto, keysOf(GCM));
  seal(protection, 23, new Uint8Array(1));
  expect([...seal(protection, 23, new Uint8Array(1)).subarray(5, 13)]).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
});

describe('records of TLS 1.2', () => {
  const reading = () => {
    const reads = new RecordReadSide(nodeCrypto, allocate, undefined);
    reads.requireTls12();
    return reads;
  };
  const CCS = Uint8Array.of(20, 3, 3, 0, 1, 1);
  const error = (code: string, alert: string) => expect.objectContaining({ code, alert, fault: 'peer' });

  it('are under keys behind change_cipher_spec, and only there', () => {
    const reads = reading();
    const protection = new AeadProtection(nodeCrypto, keysOf(GCM));
    reads.expectChangeCipherSpec(keysOf(GCM));
    reads.push(CCS);
    reads.push(seal(protection, 23, Uint8Array.of(5)));
    expect(reads.next()).toEqual({ type: 23, level: 'application', bytes: Uint8Array.of(5) });
    reads.push(CCS);
    expect(() => reads.next()).toThrow(error('UNEXPECTED_RECORD', 'unexpected_message'));
  });

  it.each([
    ['a change_cipher_spec that is not awaited', CCS, 'UNEXPECTED_RECORD', 'unexpected_message'],
    ['another version', Uint8Array.of(22, 3, 1, 0, 1, 1), 'UNEXPECTED_RECORD', 'protocol_version'],
    ['application data in clear', Uint8Array.of(23, 3, 3, 0, 1, 1), 'UNEXPECTED_RECORD', 'unexpected_message'],
  ])('are not %s', (_, bytes, code, alert) => {
    const reads = reading();
    reads.push(bytes);
    expect(() => reads.next()).toThrow(error(code, alert));
  });

  it.each([
    ['of a type that there is not', 24, new Uint8Array(1), 'UNEXPECTED_RECORD', 'unexpected_message'],
    ['longer than allowed', 23, new Uint8Array(MAX_PLAINTEXT + 1), 'RECORD_OVERFLOW', 'record_overflow'],
  ])('are none %s', (_, type, content, code, alert) => {
    const reads = reading();
    reads.expectChangeCipherSpec(keysOf(CHACHA));
    reads.push(CCS);
    reads.push(seal(new AeadProtection(nodeCrypto, keysOf(CHACHA)), type, content));
    expect(() => reads.next()).toThrow(error(code, alert));
  });

  it('that do not decrypt end it', () => {
    const reads = reading();
    reads.expectChangeCipherSpec(keysOf(GCM));
    reads.push(CCS);
    reads.push(Uint8Array.of(23, 3, 3, 0, 24, ...new Uint8Array(24)));
    expect(() => reads.next()).toThrow(error('BAD_RECORD_MAC', 'bad_record_mac'));
  });

  it('are cut to the limit of the peer, which is that of the content (RFC 8449 section 4)', () => {
    const writes = new RecordWriteSide(nodeCrypto, allocate, 0, undefined);
    writes.limitInner(100);
    writes.changeCipherSpec(keysOf(GCM), 2);
    expect(writes.writeApplicationData(new Uint8Array(250), 0)).toBe(100);
    expect(writes.keyExhausted).toBe(false);
  });

  it('tell when a key has protected as much as it may', () => {
    const writes = new RecordWriteSide(nodeCrypto, allocate, 0, undefined);
    writes.changeCipherSpec(keysOf(GCM), 2);
    for (let i = 0; i < 2; i++) writes.writeApplicationData(Uint8Array.of(1), 0);
    expect(writes.keyExhausted).toBe(true);
  });
});
