/** Handshakes and early data cut as small as can be: every byte pays for itself, and the limits hold as they do otherwise. */
import { describe, expect, it } from 'vitest';
import { concat, EMPTY, fromHex } from '../../src/bytes/index.ts';
import { TlsConnection } from '../../src/tls/index.ts';
import { MAX_MESSAGE_LENGTH } from '../../src/tls/messages/frame.ts';
import { MAX_EMPTY_RECORDS } from '../../src/tls/record/limits.ts';
import { settle } from '../support/engines.ts';
import { firstSessions, resuming, sessionEnds } from '../support/sessions.ts';
import { connected, DATA, HANDSHAKE, record, records, Sealer, trafficSecret } from './forge.ts';
import { encodedHello } from './hellos.ts';
import { clientConfig, SCENARIOS, serverConfig } from './scenarios.ts';

const suite = { cipherSuites: ['TLS_AES_128_GCM_SHA256'] } as const;

/** Each byte of a stream in a chunk of its own; plaintext handshake in a record of its own too. */
function bytewise(stream: Uint8Array): Uint8Array[] {
  let isClear = true;
  const cut = records(stream).flatMap((one) => {
    isClear &&= one[0] === HANDSHAKE;
    return isClear ? Array.from(one.subarray(5), (byte) => record(HANDSHAKE, Uint8Array.of(byte))) : [one];
  });
  return Array.from(concat(cut), (byte) => Uint8Array.of(byte));
}

describe.each(['TLS 1.3', 'TLS 1.2'] as const)('a handshake of %s, a byte at a time', (version) => {
  it.each(SCENARIOS)('$name', (scenario) => {
    const client = TlsConnection.client(clientConfig({ ...scenario.client, versions: [version] }));
    const server = TlsConnection.server(serverConfig({ ...scenario.server, versions: [version] }));
    for (let turn = 0; turn < 8; turn++) {
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        for (const byte of bytewise(concat(from.takeOutput()))) to.receive(byte);
        settle(to);
      }
    }
    expect([client.error, server.error]).toEqual([undefined, undefined]);
    expect([client.handshakeComplete, server.handshakeComplete]).toEqual([true, true]);
  });
});

describe('the longest ClientHello', () => {
  const padded = (length: number) =>
    encodedHello((hello) => ({
      ...hello,
      extensions: [...hello.extensions, { id: 0x6a6a, data: new Uint8Array(length) }],
    }));
  const longest = padded(MAX_MESSAGE_LENGTH - (padded(0).length - 4));

  it('is taken in records of a byte', () => {
    const server = TlsConnection.server(serverConfig());
    expect(longest.length).toBe(MAX_MESSAGE_LENGTH + 4);
    for (const byte of longest) server.receive(record(HANDSHAKE, Uint8Array.of(byte)));
    expect([server.error, server.info.version]).toEqual([undefined, 'TLS 1.3']);
  });

  it('is refused by its fourth byte when it is longer', () => {
    const server = TlsConnection.server(serverConfig());
    const length = MAX_MESSAGE_LENGTH + 1;
    const header = Uint8Array.of(1, length >> 16, (length >> 8) & 0xff, length & 0xff);
    for (const byte of header.subarray(0, 3)) server.receive(record(HANDSHAKE, Uint8Array.of(byte)));
    expect(server.error).toBeUndefined();
    server.receive(record(HANDSHAKE, header.subarray(3)));
    expect(server.error).toMatchObject({ code: 'LIMIT_EXCEEDED', alert: 'illegal_parameter', fault: 'peer' });
  });
});

describe.each(['client', 'server'] as const)('after the handshake, fragments to a %s', (to) => {
  const send = (contents: readonly Uint8Array[]) => {
    const pair = connected();
    const sealer = to === 'server' ? pair.asClient : pair.asServer;
    for (const content of contents) pair[to].receive(sealer.seal(HANDSHAKE, content));
    return pair[to];
  };

  it('end with the message, which has its limit', () => {
    const length = MAX_MESSAGE_LENGTH + 1;
    const header = Array.from([24, length >> 16, (length >> 8) & 0xff, length & 0xff], (byte) => Uint8Array.of(byte));
    expect(send(header.slice(0, 3)).error).toBeUndefined();
    expect(send(header).error).toMatchObject({ code: 'LIMIT_EXCEEDED', fault: 'peer' });
  });

  it('are never empty', () => {
    expect(send([EMPTY]).error).toMatchObject({ code: 'UNEXPECTED_RECORD', alert: 'unexpected_message' });
  });
});

describe('early data in many records', () => {
  const MAX = 100;

  /** A server that waits for early data, and who seals it. */
  const waiting = () => {
    const lines: string[] = [];
    const ends = sessionEnds(clientConfig(suite), serverConfig(suite));
    const { sessions } = ends.server;
    if (sessions === undefined) throw new Error('no sessions');
    const taking = { ...ends.server, sessions: { ...sessions, earlyData: { max: MAX } } };
    const [session] = firstSessions(ends.client, taking);
    const config = resuming({ ...ends.client, keyLog: (line) => lines.push(line) }, session, Uint8Array.of(1));
    const [hello = EMPTY] = records(concat(TlsConnection.client(config).takeOutput()));
    const server = TlsConnection.server(taking);
    server.receive(hello);
    settle(server);
    const secret = lines.find((line) => line.startsWith('CLIENT_EARLY_TRAFFIC_SECRET '))?.split(' ')[2] ?? '';
    return { server, sealer: new Sealer(trafficSecret(fromHex(secret))) };
  };

  it('is taken byte by byte to its limit, and not beyond', () => {
    const { server, sealer } = waiting();
    for (let i = 0; i < MAX; i++) server.receive(sealer.seal(DATA, Uint8Array.of(i)));
    expect([server.error, server.takeEarlyData().length]).toEqual([undefined, MAX]);
    server.receive(sealer.seal(DATA, Uint8Array.of(0)));
    expect(server.error).toMatchObject({ code: 'LIMIT_EXCEEDED', alert: 'unexpected_message' });
  });

  it('may be empty a few times', () => {
    const { server, sealer } = waiting();
    for (let i = 0; i < MAX_EMPTY_RECORDS; i++) server.receive(sealer.seal(DATA, EMPTY));
    expect(server.error).toBeUndefined();
    server.receive(sealer.seal(DATA, EMPTY));
    expect(server.error).toMatchObject({ code: 'LIMIT_EXCEEDED', alert: 'unexpected_message' });
  });
});

it('an offer with one group thousands of times is answered like any', () => {
  const server = TlsConnection.server(serverConfig({ serverPreference: false }));
  const hello = encodedHello((fields) => ({
    ...fields,
    extensions: fields.extensions.map((one) => (one.id === 10 ? { id: 10, data: manyGroups(one.data) } : one)),
  }));
  for (let at = 0; at < hello.length; at += 16_384) server.receive(record(HANDSHAKE, hello.subarray(at, at + 16_384)));
  expect([server.error, server.info.version]).toEqual([undefined, 'TLS 1.3']);
});

/** supported_groups with secp521r1 20,000 times before what it has. */
function manyGroups(data: Uint8Array): Uint8Array {
  const groups = concat([...Array.from({ length: 20_000 }, () => Uint8Array.of(0, 25)), data.subarray(2)]);
  return concat([Uint8Array.of(groups.length >> 8, groups.length & 0xff), groups]);
}
