import { describe, expect, it } from 'vitest';
import { keyOfLeaf } from '../../test/support/credentials.ts';
import { decoded, replacing, without } from '../../test/tls/hellos.ts';
import { clientCredential, credential } from '../../test/tls/scenarios.ts';
import { EMPTY, fromAscii } from '../bytes/index.ts';
import { nodeCrypto } from '../crypto/node/index.ts';
import type { TlsError } from './error.ts';
import { alpn } from './extensions/alpn.ts';
import { extension } from './extensions/block.ts';
import { earlyData } from './extensions/early-data.ts';
import { quicTransportParameters } from './extensions/quic-transport-parameters.ts';
import { TicketKeys, TlsConnection, type TlsEvent } from './index.ts';
import { encodeClientHello } from './messages/client-hello.ts';
import { encodeEncryptedExtensions } from './messages/encrypted-extensions.ts';
import { encodeKeyUpdate } from './messages/key-update.ts';
import { encodeNewSessionTicket } from './messages/new-session-ticket.ts';
import { type QuicClientConfig, QuicHandshake, type QuicOutput, type QuicServerConfig } from './quic.ts';
import { MAX_BUFFERED_INPUT } from './record/limits.ts';
import { EXTENSION_TYPES } from './registry/extension-types.ts';

const OF_CLIENT = Uint8Array.of(1, 2);
const OF_SERVER = Uint8Array.of(3, 4, 5);

function makeClient(more: Partial<QuicClientConfig> = {}): QuicHandshake {
  const config = { crypto: nodeCrypto, serverName: 'server.test', alpn: ['h3'], transportParameters: OF_CLIENT };
  return QuicHandshake.client({ ...config, ...more });
}

function makeServer(more: Partial<QuicServerConfig> = {}): QuicHandshake {
  const config = { crypto: nodeCrypto, credentials: [credential], alpn: ['h3'], transportParameters: OF_SERVER };
  return QuicHandshake.server({ ...config, ...more });
}

function settle(end: QuicHandshake): void {
  for (let { request } = end; request !== undefined; { request } = end) {
    if (request.name === 'verdict') end.answer(request, { accepted: true });
    else if (request.name === 'early_data') end.answer(request, true);
    else if (request.name === 'peer_key') end.answer(request, keyOfLeaf(request.question.leaf));
    else throw new Error(`unexpected request ${request.name}`);
  }
}

type Change = (bytes: Uint8Array) => Uint8Array;

/** Carries everything over, byte by byte if asked; `change` may exchange messages. What each end put out, in words. */
function exchange(client: QuicHandshake, server: QuicHandshake, change: Change = (bytes) => bytes) {
  const told = { client: [] as string[], server: [] as string[] };
  const secrets = { client: new Map<string, Uint8Array>(), server: new Map<string, Uint8Array>() };
  const carry = (name: 'client' | 'server', items: readonly QuicOutput[], to: QuicHandshake) => {
    for (const item of items) {
      if (item.kind === 'handshake_data') {
        told[name].push(`${item.level} ${item.bytes[0]}`);
        to.receive(item.level, change(item.bytes));
        settle(to);
      } else {
        told[name].push(`${item.kind} ${item.level}`);
        secrets[name].set(`${item.kind} ${item.level}`, item.secret);
        expect(item.cipherSuite).toBe('TLS_AES_128_GCM_SHA256');
      }
    }
  };
  for (let turn = 0; turn < 4; turn++) {
    carry('client', client.takeOutput(), server);
    carry('server', server.takeOutput(), client);
  }
  return { told, secrets };
}

describe('a handshake over QUIC', () => {
  it('hands out levels, secrets and transport parameters, and neither records nor a session id', () => {
    const client = makeClient();
    const server = makeServer();
    const [hello] = client.takeOutput();
    if (hello?.kind !== 'handshake_data') throw new Error('no ClientHello');
    expect(decoded('client_hello', hello.bytes).legacySessionId).toEqual(EMPTY);
    server.receive(hello.level, hello.bytes);
    expect(server.info.peerTransportParameters).toEqual(OF_CLIENT);
    const { told, secrets } = exchange(client, server);
    expect(told).toEqual({
      server: [
        'initial 2',
        'write_secret handshake',
        'read_secret handshake',
        'handshake 8',
        'handshake 11',
        'handshake 15',
        'handshake 20',
        'write_secret application',
        'read_secret application',
      ],
      client: [
        'read_secret handshake',
        'write_secret handshake',
        'read_secret application',
        'handshake 20',
        'write_secret application',
      ],
    });
    for (const level of ['handshake', 'application']) {
      expect(secrets.client.get(`read_secret ${level}`)).toEqual(secrets.server.get(`write_secret ${level}`));
      expect(secrets.client.get(`write_secret ${level}`)).toEqual(secrets.server.get(`read_secret ${level}`));
    }
    expect([client.handshakeComplete, server.handshakeComplete]).toEqual([true, true]);
    expect([client.errorCode, server.errorCode]).toEqual([undefined, undefined]);
    expect(client.info).toMatchObject({ alpn: 'h3', version: 'TLS 1.3', peerTransportParameters: OF_SERVER });
    const exported = client.exportKeyingMaterial('EXPORTER-test', undefined, 40);
    expect(exported.length).toBe(40);
    expect(server.exportKeyingMaterial('EXPORTER-test', EMPTY, 40)).toEqual(exported);
  });

  it('asks the client for its certificate, after a HelloRetryRequest', () => {
    const client = makeClient({ groups: ['x25519', 'secp256r1'], credential: clientCredential });
    const server = makeServer({ groups: ['secp256r1'], clientCertificate: 'require' });
    const { told } = exchange(client, server);
    expect(told.client.filter((line) => !line.includes('secret'))).toEqual([
      'initial 1',
      'initial 1',
      'handshake 11',
      'handshake 15',
      'handshake 20',
    ]);
    expect(server.info).toMatchObject({
      helloRetryRequest: true,
      peerCertificates: [{ der: clientCredential.chain[0] }],
    });
  });

  it('takes bytes as they come', () => {
    const client = makeClient();
    const server = makeServer();
    for (let turn = 0; turn < 3; turn++) {
      for (const [from, to] of [[client, server] as const, [server, client] as const]) {
        for (const item of from.takeOutput()) {
          if (item.kind !== 'handshake_data') continue;
          for (const byte of item.bytes) to.receive(item.level, Uint8Array.of(byte));
          settle(to);
        }
      }
    }
    expect([client.handshakeComplete, server.handshakeComplete]).toEqual([true, true]);
  });
});

describe('a handshake over QUIC is refused', () => {
  const ofExtensions =
    (...ids: number[]) =>
    (bytes: Uint8Array) => {
      if (bytes[0] !== 8) return bytes;
      return encodeEncryptedExtensions({
        extensions: without(decoded('encrypted_extensions', bytes).extensions.raw, ...ids),
      });
    };
  type Hello = Parameters<typeof encodeClientHello>[0];
  const ofHello = (change: (hello: Hello) => Partial<Hello>) => (bytes: Uint8Array) => {
    if (bytes[0] !== 1) return bytes;
    const message = decoded('client_hello', bytes);
    const hello = { ...message, extensions: message.extensions.raw };
    return encodeClientHello({ ...hello, ...change(hello) });
  };

  it.each<[string, 'client' | 'server', Change, Partial<TlsError>, number]>([
    [
      'in compatibility mode',
      'server',
      ofHello(() => ({ legacySessionId: Uint8Array.of(1) })),
      { code: 'ILLEGAL_PARAMETER', spec: 'RFC 9001 section 8.4' },
      0x012f,
    ],
    [
      "without the client's transport parameters",
      'server',
      ofHello(({ extensions }) => ({ extensions: without(extensions, EXTENSION_TYPES.quic_transport_parameters) })),
      { code: 'MISSING_EXTENSION', alert: 'missing_extension' },
      0x016d,
    ],
    [
      "without the server's",
      'client',
      ofExtensions(EXTENSION_TYPES.quic_transport_parameters),
      { code: 'MISSING_EXTENSION', alert: 'missing_extension' },
      0x016d,
    ],
    [
      "without the client's protocols",
      'server',
      ofHello(({ extensions }) => ({ extensions: without(extensions, alpn.clientHello.id) })),
      { code: 'NO_COMMON_APPLICATION_PROTOCOL', alert: 'no_application_protocol' },
      0x0178,
    ],
    [
      'without a protocol of the server',
      'client',
      ofExtensions(alpn.clientHello.id),
      { code: 'NO_COMMON_APPLICATION_PROTOCOL', alert: 'no_application_protocol' },
      0x0178,
    ],
    [
      'with protocols in common with nobody',
      'server',
      ofHello(({ extensions }) => ({
        extensions: replacing(extensions, extension(alpn.clientHello, [fromAscii('h9')])),
      })),
      { code: 'NO_COMMON_APPLICATION_PROTOCOL', alert: 'no_application_protocol' },
      0x0178,
    ],
  ])('%s', (_, who, change, error, errorCode) => {
    const ends = { client: makeClient(), server: makeServer() };
    exchange(ends.client, ends.server, change);
    expect(ends[who].error).toMatchObject(error);
    expect([ends[who].errorCode, ends[who].handshakeComplete, ends[who].request]).toEqual([
      errorCode,
      false,
      undefined,
    ]);
  });

  it('with another level than that of the keys', () => {
    const client = makeClient();
    client.receive('handshake', Uint8Array.of(8, 0, 0, 0));
    expect([client.error?.code, client.errorCode]).toEqual(['UNEXPECTED_MESSAGE', 0x010a]);
    expect(client.takeOutput()).toEqual([]);
  });

  it.each(['client', 'server'] as const)('when the %s is to update its keys, which QUIC does', (who) => {
    const ends = { client: makeClient(), server: makeServer() };
    exchange(ends.client, ends.server);
    ends[who].receive('application', encodeKeyUpdate({ requestUpdate: false }));
    expect(ends[who].error).toMatchObject({ code: 'UNEXPECTED_MESSAGE', spec: 'RFC 9001 section 6' });
    expect([ends[who].errorCode, ends[who].handshakeComplete]).toEqual([0x010a, false]);
    expect(() => ends[who].exportKeyingMaterial('EXPORTER-test', EMPTY, 1)).toThrow(
      expect.objectContaining({ code: 'CONNECTION_CLOSED' }),
    );
  });

  it('by a configuration without a protocol', () => {
    const code = 'BAD_CONFIGURATION';
    expect(() => makeClient({ alpn: [] })).toThrow(expect.objectContaining({ code }));
    expect(() => makeServer({ alpn: [] })).toThrow(expect.objectContaining({ code }));
  });
});

describe('sessions over QUIC', () => {
  const clock = { now: () => 1_000_000_000_000 };
  const tickets = new TicketKeys(nodeCrypto);
  const serverSessions = { ...clock, tickets, earlyData: { max: 1 } };

  const first = () => {
    const client = makeClient({ sessions: clock });
    exchange(client, makeServer({ sessions: serverSessions }));
    const [session] = client.takeSessions();
    if (session === undefined) throw new Error('no ticket');
    return session;
  };

  it('resume with 0-RTT: early secrets on both sides, no EndOfEarlyData, and no limit of its bytes', () => {
    const session = first();
    expect(session.maxEarlyData).toBe(0xffff_ffff);
    const client = makeClient({ sessions: { ...clock, resume: session, earlyData: true } });
    const server = makeServer({ sessions: serverSessions });
    const { told, secrets } = exchange(client, server);
    expect(told.client).toEqual([
      'initial 1',
      'write_secret early',
      'read_secret handshake',
      'write_secret handshake',
      'read_secret application',
      'handshake 20',
      'write_secret application',
    ]);
    expect(told.server.slice(0, 4)).toEqual([
      'initial 2',
      'write_secret handshake',
      'read_secret early',
      'read_secret handshake',
    ]);
    expect(secrets.server.get('read_secret early')).toEqual(secrets.client.get('write_secret early'));
    expect([client.handshakeComplete, server.handshakeComplete]).toEqual([true, true]);
    expect([client.info, server.info]).toMatchObject([
      { resumed: true, earlyData: 'accepted' },
      { resumed: true, earlyData: 'accepted' },
    ]);
  });

  it.each([
    ['by a server that does not take it', { sessions: { ...clock, tickets } }],
    ['by a HelloRetryRequest', { sessions: serverSessions, groups: ['secp384r1' as const] }],
  ])('resume without 0-RTT when it is rejected %s', (_, config) => {
    const client = makeClient({
      sessions: { ...clock, resume: first(), earlyData: true },
      groups: ['x25519', 'secp384r1'],
    });
    const server = makeServer(config);
    const { told } = exchange(client, server);
    expect(told.client.filter((line) => line.startsWith('write_secret'))).toEqual([
      'write_secret early',
      'write_secret handshake',
      'write_secret application',
    ]);
    expect(told.server).not.toContain('read_secret early');
    expect([client.handshakeComplete, client.info.resumed, client.info.earlyData]).toEqual([true, true, 'rejected']);
  });

  it('do not offer 0-RTT unless told to', () => {
    const client = makeClient({ sessions: { ...clock, resume: first() } });
    expect(client.takeOutput().map(({ kind }) => kind)).toEqual(['handshake_data']);
    expect(client.info).not.toHaveProperty('earlyData');
  });

  it('are refused with a limit of early data, which is QUIC’s, and forgotten after a failure', () => {
    const limit = extension(earlyData.newSessionTicket, 16_384);
    const ticket = encodeNewSessionTicket({
      ticketLifetime: 1,
      ticketAgeAdd: 1,
      ticketNonce: EMPTY,
      ticket: Uint8Array.of(1),
      extensions: [limit],
    });
    const client = makeClient({ sessions: clock });
    exchange(client, makeServer({ sessions: serverSessions }));
    client.receive('application', ticket);
    expect(client.error).toMatchObject({ code: 'ILLEGAL_PARAMETER', spec: 'RFC 9001 section 4.6.1' });
    expect(client.takeSessions()).toEqual([]);
  });
});

describe('requests over QUIC', () => {
  const waiting = () => {
    const client = makeClient();
    const server = makeServer();
    for (const from of [client, server]) {
      for (const item of from.takeOutput()) {
        if (item.kind !== 'handshake_data') continue;
        (from === client ? server : client).receive(item.level, item.bytes);
      }
    }
    return client;
  };

  it('hold the input back, up to a limit', () => {
    const client = waiting();
    expect(client.request?.name).toBe('peer_key');
    client.receive('handshake', new Uint8Array(1000));
    expect(client.error).toBeUndefined();
    client.receive('handshake', new Uint8Array(MAX_BUFFERED_INPUT));
    expect([client.error?.code, client.errorCode]).toEqual(['LIMIT_EXCEEDED', 0x0150]);
  });

  it('take the answer to the one that waits, and none after a failure', () => {
    const client = waiting();
    const { request } = client;
    if (request?.name !== 'peer_key') throw new Error('no request');
    const other = { name: 'verdict', question: { chain: [], serverName: undefined, resumed: false } } as const;
    expect(() => client.answer(other, { accepted: true })).toThrow(/no verdict request is pending/);
    client.abort('access_denied', 'no more');
    expect([client.error?.code, client.errorCode]).toEqual(['CONNECTION_CLOSED', 0x0131]);
    client.answer(request, null);
    client.abort('internal_error', 'again');
    client.receive('handshake', EMPTY);
    expect([client.error?.message, client.request, client.takeOutput()]).toEqual(['no more', undefined, []]);
  });
});

it('a failure is told as an alert of the level in force, and a listener that throws is one', () => {
  const events: TlsEvent[] = [];
  const server = makeServer({ trace: (event) => events.push(event) });
  server.receive('initial', Uint8Array.of(2, 0, 0, 0));
  expect(events.at(-1)).toEqual({
    kind: 'alert',
    direction: 'sent',
    level: 'initial',
    severity: 2,
    code: 10,
    name: 'unexpected_message',
  });
  const throwing = makeServer({
    trace: () => {
      throw new Error('a bug of mine');
    },
  });
  exchange(makeClient(), throwing);
  expect([throwing.error?.code, throwing.errorCode]).toEqual(['INTERNAL', 0x0150]);
});

it('a server over a stream refuses the extension of QUIC', () => {
  const client = makeClient();
  const [item] = client.takeOutput();
  if (item?.kind !== 'handshake_data') throw new Error('no ClientHello');
  const { length } = item.bytes;
  const server = TlsConnection.server({ crypto: nodeCrypto, credentials: [credential] });
  server.receive(Uint8Array.of(22, 3, 1, length >> 8, length & 0xff, ...item.bytes));
  expect(server.error).toMatchObject({ code: 'UNSUPPORTED_EXTENSION', alert: 'unsupported_extension' });
  expect(quicTransportParameters.clientHello.id).toBe(57);
});
