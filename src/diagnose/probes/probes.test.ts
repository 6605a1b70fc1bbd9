import { describe, expect, test } from 'vitest';
import { fromAscii, fromHex } from '../../bytes/index.ts';
import { nodeCrypto } from '../../crypto/node/index.ts';
import { TlsConnection } from '../../tls/index.ts';
import { decodeMessage, EXTENSION_TYPES, HANDSHAKE_TYPES } from '../../tls/wire.ts';
import type { ExchangeObservation } from '../observations.ts';
import { describeAnswer, firstLine, isAnswered, outcomeOf, readAnswer } from './answer.ts';
import { ALL_CHANGES, type ChangeContext, type ChangeId, changeOf } from './change.ts';

const RECORD_HEADER = 5;

function clientHello(alpn: readonly string[] = ['h2']): Uint8Array {
  const [record] = TlsConnection.client({
    crypto: nodeCrypto,
    versions: ['TLS 1.3'],
    serverName: 'shop.example',
    alpn,
  }).takeOutput();
  if (record === undefined) throw new Error('no ClientHello');
  return record.subarray(RECORD_HEADER);
}

const context: ChangeContext = {
  hello: clientHello(),
  input: { serverName: 'shop.example', alpn: ['h2'], clientCertificate: false },
  target: { text: 'shop.example', host: 'shop.example', isAddress: false, port: 443, protocol: 'unknown', path: '/' },
  address: '192.0.2.10',
  port: 443,
};

function decode(hello: Uint8Array) {
  const message = decodeMessage(HANDSHAKE_TYPES.client_hello, hello);
  if (message.type !== 'client_hello') throw new Error(message.type);
  return message;
}

/** What the changed ClientHello differs in from the failing one. */
function differences(id: ChangeId): string[] {
  const record = changeOf(id).bytes(context);
  if (record === undefined) return ['nothing sent'];
  const [before, after] = [decode(context.hello), decode(record.subarray(RECORD_HEADER))];
  const names = new Map<number, string>(Object.entries(EXTENSION_TYPES).map(([name, code]) => [code, name]));
  const data = (message: typeof before) => new Map(message.extensions.raw.map((one) => [one.id, one.data.join(',')]));
  const [was, is] = [data(before), data(after)];
  const changed = [...new Set([...was.keys(), ...is.keys()])].filter((code) => was.get(code) !== is.get(code));
  return [
    ...(before.random.join() === after.random.join() ? [] : ['random']),
    ...(before.cipherSuites.join() === after.cipherSuites.join() ? [] : ['cipher_suites']),
    ...changed.map((code) => names.get(code) ?? String(code)),
  ];
}

describe('a change touches its input and nothing else', () => {
  test.each<[ChangeId, string[]]>([
    ['cipher_suites:all', ['cipher_suites']],
    ['groups:all', ['supported_groups']],
    ['signature_schemes:all', ['signature_algorithms']],
    ['offer:all', ['cipher_suites', 'supported_groups', 'signature_algorithms']],
    ['server_name:none', ['server_name']],
    ['alpn:none', ['application_layer_protocol_negotiation']],
  ])('%s', (id, expected) => {
    expect(differences(id).filter((name) => name !== 'padding')).toEqual(expected);
    // The length is no second change: there are devices that drop long hellos.
    const [before, after] = [changeOf('none'), changeOf(id)].map((change) => change.bytes(context)?.length);
    expect(after).toBeGreaterThanOrEqual(before ?? Number.NaN);
  });

  test('versions:1.2 is a hello that a server of TLS 1.2 answers', () => {
    const record = changeOf('versions:1.2').bytes(context) ?? new Uint8Array(0);
    const hello = decode(record.subarray(RECORD_HEADER));
    expect(hello.extensions.has(EXTENSION_TYPES.supported_versions)).toBe(false);
    expect(hello.extensions.has(EXTENSION_TYPES.key_share)).toBe(false);
    expect(hello.extensions.has(EXTENSION_TYPES.server_name)).toBe(true);
    // ECDHE with AES-GCM first, nothing without encryption or authentication.
    expect(hello.cipherSuites.slice(0, 2).every((code) => [0xc02b, 0xc02c, 0xc02f, 0xc030].includes(code))).toBe(true);
    expect(hello.cipherSuites).not.toContain(0x0000);
    expect(hello.cipherSuites).not.toContain(0x0034);
  });

  test('what the failing hello did not have is not taken away', () => {
    const without: ChangeContext = { ...context, hello: clientHello([]) };
    expect(changeOf('alpn:none').bytes(without)).toBeUndefined();
  });

  test('a PROXY preamble stands before the very same hello', () => {
    const bytes = changeOf('preamble:proxy').bytes(context) ?? new Uint8Array(0);
    const text = Buffer.from(bytes).toString('latin1');
    expect(text.startsWith('PROXY TCP4 192.0.2.1 192.0.2.10 49152 443\r\n\x16\x03\x01')).toBe(true);
    expect(bytes.subarray(bytes.length - context.hello.length)).toEqual(context.hello);
    const v6 = changeOf('preamble:proxy').bytes({ ...context, address: '2001:db8::10' });
    expect(Buffer.from(v6 ?? []).toString('latin1')).toMatch(/^PROXY TCP6 2001:db8::1 2001:db8::10 /);
  });

  test('every change has words for a report', () => {
    for (const { name, input, to } of ALL_CHANGES) expect([name, input, to]).not.toContain('');
  });
});

/** A ServerHello of TLS 1.3, cut from the trace of RFC 8448 section 3. */
const serverHello = fromHex(`020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e
  00330024001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304`);

function inRecords(message: Uint8Array, size: number): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    out.push(22, 3, 3, part.length >> 8, part.length & 0xff, ...part);
  }
  return Uint8Array.from(out);
}

describe('readAnswer', () => {
  test.each([1, 7, 40, 16_384])('a ServerHello in records of %i bytes', (size) => {
    expect(readAnswer(inRecords(serverHello, size))).toEqual({
      kind: 'server_hello',
      version: 'TLS 1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      suiteCode: 0x1301,
      group: 'x25519',
      groupCode: 29,
      retry: false,
    });
  });

  test('nothing is made of half a ServerHello', () => {
    const whole = inRecords(serverHello, 16_384);
    for (let length = 0; length < whole.length; length++) {
      expect(readAnswer(whole.subarray(0, length)).kind).toBe('none');
    }
  });

  test('an alert, an alert that nobody registered, and half an alert', () => {
    expect(readAnswer(fromHex('15030300020228'))).toEqual({
      kind: 'alert',
      name: 'handshake_failure',
      code: 40,
      isWarning: false,
    });
    expect(readAnswer(fromHex('150303000202ff'))).toMatchObject({ kind: 'alert', name: 'unregistered' });
    expect(readAnswer(fromHex('150303000202'))).toEqual({ kind: 'none' });
  });

  test('a warning, and what comes behind it', () => {
    const warning = fromHex('15030300020170');
    expect(readAnswer(warning)).toMatchObject({ kind: 'alert', name: 'unrecognized_name', isWarning: true });
    expect(readAnswer(Uint8Array.of(...warning, ...alert))).toMatchObject({ kind: 'alert', isWarning: true });
    expect(readAnswer(Uint8Array.of(...warning, ...inRecords(serverHello, 100))).kind).toBe('server_hello');
    expect(isAnswered(changeOf('groups:all'), warning)).toBe(false);
    expect(isAnswered(changeOf('groups:all'), fromHex('15030300020100'))).toBe(true);
  });

  test('anything else', () => {
    for (const bytes of [
      fromAscii('HTTP/1.1 400 Bad Request\r\n'),
      fromHex('1603030004ff000000'),
      fromHex('1703030001'),
    ]) {
      expect(readAnswer(bytes).kind).toBe('other');
    }
  });

  test('never throws', () => {
    for (let seed = 1; seed < 2_000; seed++) {
      const bytes = inRecords(serverHello, 50);
      for (let i = 0, x = seed; i < 4; i++) {
        x = (x * 48_271) % 2_147_483_647;
        bytes[x % bytes.length] = x >> 8;
      }
      expect(['server_hello', 'alert', 'other', 'none']).toContain(readAnswer(bytes).kind);
    }
  });
});

function exchange(change: ChangeId, received: Uint8Array, end: ExchangeObservation['end']): ExchangeObservation {
  return {
    ...{ kind: 'exchange', connection: 2, at: 0, took: 1, address: '192.0.2.10', port: 443 },
    change,
    sent: new Uint8Array(0),
    received,
    end,
  };
}

const nothing = new Uint8Array(0);
const answered = inRecords(serverHello, 16_384);
const alert = fromHex('15030300020228');

describe('outcomeOf', () => {
  test.each<[ChangeId, Uint8Array, ExchangeObservation['end'], string, string]>([
    ['groups:all', answered, 'open', 'alert', 'pass'],
    ['groups:all', alert, 'open', 'alert', 'fail'],
    ['groups:all', nothing, 'closed', 'closed', 'fail'],
    ['groups:all', nothing, 'timeout', 'alert', 'unknown'],
    ['groups:all', nothing, 'timeout', 'silent', 'fail'],
    ['groups:all', nothing, 'unconnected', 'alert', 'unknown'],
    ['protocol:http', fromAscii('HTTP/1.1 200 OK\r\n'), 'open', 'closed', 'pass'],
    ['protocol:http', alert, 'open', 'closed', 'fail'],
    ['protocol:listen', fromAscii('220 '), 'open', 'silent', 'pass'],
    ['protocol:listen', nothing, 'timeout', 'silent', 'fail'],
  ])('%s, %o, %s after %s: %s', (change, received, end, symptom, expected) => {
    expect(outcomeOf(exchange(change, received, end), symptom)).toBe(expected);
  });
});

test('describeAnswer', () => {
  const said = (received: Uint8Array, end: ExchangeObservation['end']) =>
    describeAnswer(exchange('groups:all', received, end));
  expect([
    said(answered, 'open'),
    said(alert, 'open'),
    said(fromAscii('220 mail\r\nmore'), 'open'),
    said(nothing, 'reset'),
    said(nothing, 'closed'),
    said(nothing, 'timeout'),
    said(nothing, 'unconnected'),
  ]).toEqual([
    'ServerHello, TLS 1.3',
    'alert 40 handshake_failure',
    '"220 mail"',
    'connection reset',
    'connection closed',
    'nothing',
    'no connection',
  ]);
});

test('a probe ends when it can be judged', () => {
  expect([answered.subarray(0, 20), answered, alert].map((bytes) => isAnswered(changeOf('groups:all'), bytes))).toEqual(
    [false, true, true],
  );
  expect(isAnswered(changeOf('groups:all'), new Uint8Array(9_000).fill(22))).toBe(true);
  expect(
    ['HTTP/1.1 200', 'HTTP/1.1 200 OK\r\n'].map((text) => isAnswered(changeOf('protocol:http'), fromAscii(text))),
  ).toEqual([false, true]);
});

test('the first line is cut', () => {
  expect(firstLine(fromAscii('x'.repeat(100)))).toBe(`${'x'.repeat(60)}…`);
});
