/** 0-RTT data between two engines: taken, rejected, refused. */
import { describe, expect, it } from 'vitest';
import { nobleCrypto } from '../../src/crypto/noble/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { type ClientConfig, type ServerConfig, type Session, TlsConnection } from '../../src/tls/index.ts';
import { type Answers, exchange, settle } from '../support/engines.ts';
import { firstSessions, resuming, sessionEnds, type TestClock } from '../support/sessions.ts';
import { clientConfig, serverConfig } from './scenarios.ts';

const EARLY = new Uint8Array(10_000).fill(7);

interface Setup {
  readonly clock: TestClock;
  readonly client: ClientConfig;
  readonly server: ServerConfig;
  readonly session: Session;
}

/** Two ends with a session that allows 10,000 bytes. */
function setup(client: Partial<ClientConfig> = {}, server: Partial<ServerConfig> = {}): Setup {
  const ends = sessionEnds(clientConfig(client), serverConfig(server));
  const { sessions } = ends.server;
  if (sessions === undefined) throw new Error('no sessions');
  const taking = { ...ends.server, sessions: { ...sessions, earlyData: { max: EARLY.length } } };
  const [session] = firstSessions(ends.client, taking);
  if (session === undefined) throw new Error('no session');
  return { ...ends, server: taking, session };
}

function connect({ client, server, session }: Setup, earlyData = EARLY, answers: Answers = {}) {
  const ends = {
    client: TlsConnection.client(resuming(client, session, earlyData)),
    server: TlsConnection.server(server),
  };
  exchange(ends.client, ends.server, answers);
  return ends;
}

type Ends = ReturnType<typeof connect>;

const length = (parts: readonly Uint8Array[]) => parts.reduce((sum, part) => sum + part.length, 0);

function expectRejected({ client, server }: Ends, resumed = true): void {
  expect(client.error ?? server.error).toBeUndefined();
  expect(client.info.earlyData).toBe('rejected');
  expect(client.info.resumed ?? false).toBe(resumed);
  expect(server.takeEarlyData()).toEqual([]);
  client.write(Uint8Array.of(1));
  exchange(client, server);
  expect(server.takeData()).toEqual([Uint8Array.of(1)]);
}

describe('early data', () => {
  it.each([nodeCrypto, nobleCrypto])('is taken before the handshake is complete, with $name', (crypto) => {
    const { client: config, server: serverSide, session } = setup({ crypto }, { crypto });
    const client = TlsConnection.client(resuming(config, session, EARLY));
    const server = TlsConnection.server(serverSide);
    expect(client.info.earlyData).toBe('offered');
    for (const bytes of client.takeOutput()) server.receive(bytes);
    settle(server);
    expect([server.handshakeComplete, server.writable]).toEqual([false, true]);
    expect(length(server.takeEarlyData())).toBe(EARLY.length);
    // Answered before the client has finished.
    server.write(Uint8Array.of(5));
    expect(server.exportKeyingMaterial('label', undefined, 8).length).toBe(8);
    for (const bytes of server.takeOutput()) client.receive(bytes);
    settle(client);
    expect(client.info.earlyData).toBe('accepted');
    expect(client.takeData()).toEqual([Uint8Array.of(5)]);
    exchange(client, server);
    expect([client.error, server.error, server.handshakeComplete]).toEqual([undefined, undefined, true]);
    client.write(Uint8Array.of(6));
    exchange(client, server);
    expect([length(server.takeEarlyData()), server.takeData()]).toEqual([0, [Uint8Array.of(6)]]);
  });

  it('may be nothing', () => {
    const { client, server } = connect(setup(), new Uint8Array(0));
    expect([client.info.earlyData, server.info.earlyData]).toEqual(['accepted', 'accepted']);
    expect(server.takeEarlyData()).toEqual([]);
  });

  it('is not offered beyond what the session allows, or without one that allows any', () => {
    const ends = setup();
    const bad = expect.objectContaining({ code: 'BAD_CONFIGURATION' });
    expect(() => connect(ends, new Uint8Array(EARLY.length + 1))).toThrow(bad);
    const none = { ...ends, session: { ...ends.session, maxEarlyData: 0 } };
    expect(connect(none).client.info.earlyData).toBeUndefined();
    const other = { ...ends, client: { ...ends.client, alpn: ['h2'] } };
    expect(connect(other).client.info.earlyData).toBeUndefined();
  });
});

describe('early data is rejected, and the connection goes on', () => {
  it('when its ticket was used before', () => {
    expectRejected(connect(setup(), EARLY, { earlyData: false }));
  });

  it('when the server takes none any more', () => {
    const ends = setup();
    const { earlyData: _, ...sessions } = ends.server.sessions ?? {};
    expectRejected(
      connect({ ...ends, server: { ...ends.server, sessions: sessions as ServerConfig['sessions'] } } as Setup),
    );
  });

  it('when the session is not resumed', () => {
    const ends = setup();
    expectRejected(connect({ ...ends, server: serverConfig() }), false);
  });

  it.each([-10_001, 10_001])('when the ends disagree on the age of the ticket by %i ms', (by) => {
    const ends = setup();
    // The session that the client keeps was made at another time than the server has it.
    ends.clock.now += 60_000;
    const session = { ...ends.session, issued: ends.session.issued + by, authenticated: ends.session.issued - 20_000 };
    expectRejected(connect({ ...ends, session }));
    const within = { ...session, issued: session.issued - Math.sign(by) };
    const { client, server } = connect({ ...ends, session: within });
    expect(client.info.earlyData).toBe('accepted');
    expect(server.info.ticketAgeSkew).toBe(-by + Math.sign(by));
  });

  it('when the server wants another share first', () => {
    const ends = setup();
    const client = { ...ends.client, groups: ['x25519', 'secp384r1'] } as const;
    const result = connect({ ...ends, client, server: { ...ends.server, groups: ['secp384r1'] } });
    expectRejected(result);
    expect(result.client.info.helloRetryRequest).toBe(true);
  });

  it('when the server wants another suite of the same hash, or another protocol', () => {
    const suites = ['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256'] as const;
    const ends = setup({ cipherSuites: suites, alpn: ['a', 'b'] }, { alpn: ['a'] });
    expectRejected(connect({ ...ends, server: { ...ends.server, cipherSuites: ['TLS_CHACHA20_POLY1305_SHA256'] } }));
    expectRejected(connect({ ...ends, server: { ...ends.server, alpn: ['b'] } }));
  });

  it('without middlebox compatibility too', () => {
    const ends = setup({ middleboxCompatibility: false });
    expectRejected(connect(ends, EARLY, { earlyData: false }));
    expect(connect(ends).client.info.earlyData).toBe('accepted');
  });
});

describe('a client that breaks its word', () => {
  it('and sends more than the ticket allows is refused', () => {
    const ends = setup();
    const session = { ...ends.session, maxEarlyData: EARLY.length + 1 };
    const { client, server } = connect({ ...ends, session }, new Uint8Array(EARLY.length + 1));
    expect(server.error).toMatchObject({ code: 'LIMIT_EXCEEDED', alert: 'unexpected_message' });
    expect(client.error).toMatchObject({ received: 'unexpected_message' });
  });

  it('and sends more than is skipped is refused', () => {
    const ends = setup();
    const session = { ...ends.session, maxEarlyData: 2 ** 20 };
    const { server } = connect({ ...ends, session }, new Uint8Array(2 ** 17), { earlyData: false });
    expect(server.error).toMatchObject({ code: 'LIMIT_EXCEEDED', alert: 'unexpected_message' });
  });
});
