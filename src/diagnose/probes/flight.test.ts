import { describe, expect, test } from 'vitest';
import { fromHex } from '../../bytes/index.ts';
import {
  CIPHER_SUITES,
  encodeServerHello,
  encodeServerHelloDone,
  encodeServerKeyExchange,
  encodeServerKeyParams,
  encodeTls12Certificate,
  VERSIONS,
} from '../../tls/wire.ts';
import { AnswerReader } from './answer-reader.ts';
import { changeOf } from './change.ts';
import { FlightReader, MAX_FLIGHT, readFlight } from './flight.ts';

const hello = (legacyVersion: number = VERSIONS.tls12, extensions: { id: number; data: Uint8Array }[] = []) =>
  encodeServerHello({
    ...{ legacyVersion, random: new Uint8Array(32).fill(7), legacySessionIdEcho: new Uint8Array(0) },
    ...{ cipherSuite: CIPHER_SUITES.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, legacyCompressionMethod: 0, extensions },
  });
const signedParams = encodeServerKeyParams({ kind: 'ecdhe', group: 29, publicKey: new Uint8Array(32).fill(9) });
const keyExchange = encodeServerKeyExchange({ signedParams, algorithm: 0x0401, signature: new Uint8Array(256) });
const certificate = encodeTls12Certificate([new Uint8Array(900).fill(1), new Uint8Array(700).fill(2)]);
const done = encodeServerHelloDone();
const whole = [hello(), certificate, keyExchange, done];

/** A stream of records of `size` bytes each, header aside. */
function inRecords(messages: readonly Uint8Array[], size = 16_384, type = 22): Uint8Array {
  const stream = messages.flatMap((message) => [...message]);
  const out: number[] = [];
  for (let at = 0; at < stream.length; at += size) {
    const part = stream.slice(at, at + size);
    out.push(type, 3, 3, part.length >> 8, part.length & 0xff, ...part);
  }
  return Uint8Array.from(out);
}

const names = (bytes: Uint8Array) => readFlight(bytes)?.messages.map(({ message }) => message.type);
const ALL = ['server_hello', 'certificate', 'server_key_exchange', 'server_hello_done'];

describe('a flight', () => {
  test.each([1, 3, 100, 16_384])('in records of %i bytes', (size) => {
    const flight = readFlight(inRecords(whole, size));
    expect(flight).toMatchObject({ version: VERSIONS.tls12, cipherSuite: 0xc02f, isComplete: true });
    expect(flight?.messages.map(({ message }) => message.type)).toEqual(ALL);
    expect(flight?.problem).toBeUndefined();
  });

  test('byte by byte', () => {
    const reader = new FlightReader();
    const bytes = inRecords(whole, 300);
    for (const [at, byte] of bytes.entries()) {
      expect(reader.isOver).toBe(false);
      reader.push(Uint8Array.of(byte));
      if (at < 40) expect(reader.flight).toBeUndefined();
    }
    expect(reader.isOver).toBe(true);
    expect(reader.flight?.isComplete).toBe(true);
  });

  test('as far as it came', () => {
    const bytes = inRecords(whole);
    for (let length = 0; length < bytes.length; length += 7) {
      expect(readFlight(bytes.subarray(0, length))?.isComplete ?? false).toBe(false);
    }
  });

  test('of a server that has no certificate to show, and of an older version', () => {
    expect(names(inRecords([hello(VERSIONS.tls10), done]))).toEqual(['server_hello', 'server_hello_done']);
  });

  test('ends with an alert', () => {
    const bytes = Uint8Array.of(...inRecords([hello()]), ...fromHex('15030300020228'));
    expect(readFlight(bytes)).toMatchObject({ isComplete: false, alert: { code: 40, name: 'handshake_failure' } });
    const unknown = Uint8Array.of(...inRecords([hello()]), ...fromHex('150303000202fe'));
    expect(readFlight(unknown)?.alert).toEqual({ code: 254 });
  });

  test('goes on behind a warning, but not behind any number of them', () => {
    const warning = fromHex('15030300020170');
    const bytes = (count: number) =>
      Uint8Array.of(
        ...Array(count)
          .fill([...warning])
          .flat(),
        ...inRecords(whole),
      );
    expect(names(bytes(4))).toEqual(ALL);
    expect(readFlight(bytes(5))).toBeUndefined();
  });

  test('is none in TLS 1.3, and none in anything else', () => {
    const tls13 = hello(VERSIONS.tls12, [{ id: 43, data: fromHex('0304') }]);
    for (const bytes of [
      inRecords([tls13]),
      inRecords([done]),
      inRecords([hello(0x0200)]),
      inRecords([hello(0x0305)]),
      fromHex('15030300020228'),
      fromHex('485454502f312e31'),
      fromHex('1603030000'),
    ]) {
      expect(readFlight(bytes)).toBeUndefined();
    }
  });
});

describe('what breaks the protocol ends it', () => {
  const behindHello = (...bytes: number[]) => Uint8Array.of(...inRecords([hello()]), ...bytes);

  test.each<[string, Uint8Array, string]>([
    ['a message twice', inRecords([hello(), certificate, certificate]), 'UNEXPECTED_MESSAGE'],
    ['messages in another order', inRecords([hello(), keyExchange, certificate]), 'UNEXPECTED_MESSAGE'],
    ['a message of another place', inRecords([hello(), Uint8Array.of(20, 0, 0, 0)]), 'UNEXPECTED_MESSAGE'],
    ['a record of another type', behindHello(23, 3, 3, 0, 1, 0), 'UNEXPECTED_MESSAGE'],
    ['an empty record', behindHello(22, 3, 3, 0, 0), 'UNEXPECTED_MESSAGE'],
    ['a record that is too long', behindHello(22, 3, 3, 0x40, 1), 'UNEXPECTED_MESSAGE'],
    ['a message that does not decode', inRecords([hello(), Uint8Array.of(14, 0, 0, 1, 0)]), 'DECODE_ERROR'],
    ['a message that is too long', inRecords([hello(), Uint8Array.of(12, 255, 255, 255)]), 'LIMIT_EXCEEDED'],
  ])('%s', (_, bytes, code) => {
    const flight = readFlight(bytes);
    expect(flight?.problem?.code).toBe(code);
    expect(flight?.isComplete).toBe(false);
    const reader = new FlightReader();
    reader.push(bytes);
    expect(reader.isOver).toBe(true);
  });

  test('and nothing behind it is read', () => {
    expect(names(inRecords([hello(), keyExchange, certificate, done]))).toEqual([
      'server_hello',
      'server_key_exchange',
    ]);
    const reader = new FlightReader();
    reader.push(inRecords([...whole, certificate]));
    reader.push(inRecords([certificate]));
    expect(reader.flight?.messages.length).toBe(4);
  });

  test('and no bytes make it throw', () => {
    for (let seed = 1; seed < 1_000; seed++) {
      const bytes = inRecords(whole, 500);
      for (let i = 0, x = seed; i < 4; i++) {
        x = (x * 48_271) % 2_147_483_647;
        bytes[x % bytes.length] = x >> 8;
      }
      expect(() => readFlight(bytes)).not.toThrow();
    }
  });
});

describe('the answer to a probe', () => {
  test('is read on to ServerHelloDone where the change says so, and else to the ServerHello', () => {
    const bytes = inRecords(whole, 500);
    const until = (id: 'versions:1.2' | 'server_name:none') => {
      const reader = new AnswerReader(changeOf(id));
      let at = 0;
      while (!reader.push(bytes.subarray(at, at + 50))) at += 50;
      return reader.received.length;
    };
    expect(until('versions:1.2')).toBe(bytes.length);
    expect(until('server_name:none')).toBeLessThan(600);
  });

  test('is enough with anything that is no flight', () => {
    for (const hex of ['15030300020246', '485454502f312e310d0a', '1603030004ff000000']) {
      expect(new AnswerReader(changeOf('versions:1.2')).push(fromHex(hex))).toBe(true);
    }
  });

  test('is kept up to a limit, in a flight as before one', () => {
    const silent = new AnswerReader(changeOf('protocol:listen'));
    expect(silent.push(new Uint8Array(10).fill(97))).toBe(false);
    expect(silent.push(new Uint8Array(100_000).fill(97))).toBe(true);
    expect(silent.received.length).toBe(16_384);
    // A Certificate message that announces much and goes on for ever.
    const endless = new AnswerReader(changeOf('versions:1.2'));
    const record = inRecords([new Uint8Array(10_000).fill(1)]);
    let isEnough = endless.push(inRecords([hello(), Uint8Array.of(11, 3, 255, 0)]));
    while (!isEnough) isEnough = endless.push(record);
    expect(endless.received.length).toBe(MAX_FLIGHT);
  });

  test('in one piece, however long, is not cut before the flight is read', () => {
    const long = [hello(), encodeTls12Certificate(Array(10).fill(new Uint8Array(5_000).fill(1))), keyExchange, done];
    const reader = new AnswerReader(changeOf('versions:1.2'));
    expect(reader.push(inRecords(long))).toBe(true);
    expect(readFlight(reader.received)?.isComplete).toBe(true);
  });
});
