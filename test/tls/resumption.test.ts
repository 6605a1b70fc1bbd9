/** Sessions of TLS 1.3 between two engines: tickets, what binds them, and what does not resume. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bytes/index.ts';
import { nobleCrypto } from '../../src/crypto/noble/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { decodeSession, encodeSession, type ServerSessions, type Session, type TlsEvent } from '../../src/tls/index.ts';
import { selfSigned } from '../support/credentials.ts';
import { connect, expectResumed, sessionsOf, twice } from '../support/resumption.ts';
import { firstSessions, resuming, sessionEnds } from '../support/sessions.ts';
import { clientConfig, clientCredential, credential, serverConfig } from './scenarios.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const refused = { accepted: false, alert: 'certificate_expired', reason: 'it has expired' } as const;

describe('a session', () => {
  it.each([nodeCrypto, nobleCrypto])('is resumed with $name, without certificates, and again from there', (crypto) => {
    const ends = sessionEnds(clientConfig({ crypto }), serverConfig({ crypto }));
    let [session] = firstSessions(ends.client, ends.server);
    for (let round = 0; round < 3; round++) {
      const events: TlsEvent[] = [];
      const resumed = connect({ ...resuming(ends.client, session), trace: (event) => events.push(event) }, ends.server);
      expectResumed(resumed);
      expect(events.some((event) => event.kind === 'message' && event.name === 'certificate')).toBe(false);
      expect(resumed.client.info.peerCertificates?.map(({ der }) => toHex(der))).toEqual(
        credential.chain.map((der) => toHex(der)),
      );
      [session] = resumed.client.takeSessions();
    }
  });

  it('has a secret of its own for each connection and each ticket', () => {
    const ends = sessionEnds(clientConfig(), serverConfig());
    const sessions = firstSessions(ends.client, ends.server);
    expect(sessions.length).toBe(2);
    expect(new Set(sessions.map(({ secret }) => toHex(secret))).size).toBe(2);
    const material = sessions.map((session) => {
      const { client, server } = connect(resuming(ends.client, session), ends.server);
      expect(toHex(client.exportKeyingMaterial('a', undefined, 16))).toBe(
        toHex(server.exportKeyingMaterial('a', undefined, 16)),
      );
      return toHex(client.exportKeyingMaterial('a', undefined, 16));
    });
    expect(new Set(material).size).toBe(2);
  });

  it('is what it is after export and import', () => {
    const ends = sessionEnds(clientConfig(), serverConfig());
    const [session] = firstSessions(ends.client, ends.server) as [Session];
    const imported = decodeSession(encodeSession(session));
    expect(imported).toEqual(session);
    expectResumed(connect(resuming(ends.client, imported), ends.server));
  });

  it('tells what it is for', () => {
    const ends = sessionEnds(clientConfig({ alpn: ['h2'] }), serverConfig({ alpn: ['h2'] }));
    const [session] = firstSessions(ends.client, ends.server) as [Session];
    const { now } = ends.clock;
    expect(session).toMatchObject({ version: 'TLS 1.3', serverName: 'server.test', alpn: 'h2', issued: now });
    expect(session).toMatchObject({ authenticated: now, lifetime: 7200, maxEarlyData: 0 });
  });

  it('is resumed after a HelloRetryRequest too', () => {
    const groups = { client: { groups: ['x25519', 'secp256r1'] }, server: { groups: ['secp256r1'] } } as const;
    const ends = twice(groups);
    expectResumed(ends);
    expect(ends.client.info.helloRetryRequest).toBe(true);
  });

  it('is resumed with another suite of the same hash', () => {
    const suites = ['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256'] as const;
    const ends = twice(
      { client: { cipherSuites: suites } },
      { server: { cipherSuites: ['TLS_CHACHA20_POLY1305_SHA256'] } },
    );
    expectResumed(ends);
    expect(ends.client.info.cipherSuite).toBe('TLS_CHACHA20_POLY1305_SHA256');
  });

  it('can agree on another application protocol', () => {
    const ends = twice({ client: { alpn: ['a', 'b'] }, server: { alpn: ['a'] } }, { server: { alpn: ['b'] } });
    expectResumed(ends);
    expect(ends.client.info.alpn).toBe('b');
  });
});

describe('a full handshake is made instead', () => {
  const other = selfSigned('secp256r1');
  it.each<[string, Parameters<typeof twice>[0], Parameters<typeof twice>[1]]>([
    ['of a session that has ended', {}, { after: 3 * HOUR }],
    ['of a session for another name', {}, { client: { serverName: 'other.test' } }],
    ['of a session for no name', { client: { serverName: 'server.test' } }, { client: { serverName: 'x.test' } }],
    ['where the suites of its hash are not offered', {}, { client: { cipherSuites: ['TLS_AES_256_GCM_SHA384'] } }],
    ['where the server wants a suite of another hash', {}, { server: { cipherSuites: ['TLS_AES_256_GCM_SHA384'] } }],
    ['where the server shows another certificate', {}, { server: { credentials: [other] } }],
    ['where the server has other keys', {}, { server: { sessions: undefined as unknown as ServerSessions } }],
    ['where certificates are asked for now', {}, { server: { clientCertificate: 'request' } }],
  ])('%s', (_, first, second) => {
    expectResumed(twice(first, second), false);
  });

  it('by another service with the same keys', () => {
    const ends = sessionEnds(clientConfig(), serverConfig());
    const [session] = firstSessions(ends.client, ends.server);
    const sessions = { ...sessionsOf(ends.server), context: Uint8Array.of(1) };
    expectResumed(connect(resuming(ends.client, session), { ...ends.server, sessions }), false);
  });

  it('when a week has passed since the certificate was shown, however often it was resumed', () => {
    const server = { sessions: { lifetime: 604_800 } };
    const ends = sessionEnds(clientConfig(), serverConfig());
    const config = { ...ends.server, sessions: { ...sessionsOf(ends.server), ...server.sessions } };
    let [session] = firstSessions(ends.client, config);
    for (let day = 1; day < 7; day++) {
      ends.clock.now += DAY;
      const resumed = connect(resuming(ends.client, session), config);
      expectResumed(resumed);
      [session] = resumed.client.takeSessions();
      expect(session?.lifetime).toBe(604_800 - day * 86_400);
    }
    ends.clock.now += DAY + 1;
    expectResumed(connect(resuming(ends.client, session), config), false);
    // Nor does a client that keeps it longer than its server said get further.
    const kept = { ...session, lifetime: 604_800, authenticated: ends.clock.now } as Session;
    expectResumed(connect(resuming(ends.client, kept), config), false);
  });

  it('of a session from the future, by either end', () => {
    const ends = sessionEnds(clientConfig(), serverConfig());
    const [session] = firstSessions(ends.client, ends.server) as [Session];
    ends.clock.now -= 1;
    expectResumed(connect(resuming(ends.client, session), ends.server), false);
    const claimed = { ...session, issued: 0, authenticated: ends.clock.now };
    expectResumed(connect(resuming(ends.client, { ...claimed, issued: ends.clock.now }), ends.server), false);
  });

  it('without a clock', () => {
    const ends = sessionEnds(clientConfig(), serverConfig());
    const { sessions: _, ...none } = ends.client;
    expect(firstSessions(none, ends.server)).toEqual([]);
    expect(firstSessions(ends.client, serverConfig())).toEqual([]);
  });
});

describe('client certificates', () => {
  const mutual = { client: { credential: clientCredential }, server: { clientCertificate: 'require' } } as const;

  it('stay with a session', () => {
    const ends = twice(mutual);
    expectResumed(ends);
    const shown = ends.server.info.peerCertificates?.map(({ der }) => toHex(der));
    expect(shown).toEqual(clientCredential.chain.map((der) => toHex(der)));
  });

  it('are asked for anew when the session has an unacceptable one', () => {
    const ends = twice(mutual, {}, { stillAccepted: refused });
    // Both ends judge a session's chain by that answer: the client is not asked, for nothing was resumed.
    expectResumed(ends, false);
    expect(ends.server.info.peerCertificates?.length).toBe(1);
  });

  it('are needed for a session where they are required', () => {
    expectResumed(
      twice({}, { server: { clientCertificate: 'require' }, client: { credential: clientCredential } }),
      false,
    );
  });
});

describe("the verdict on a session's chain", () => {
  it('ends a connection of a client that resumed what it does not accept', () => {
    const { client, server } = twice({}, {}, { stillAccepted: refused });
    expect(client.error).toMatchObject({ code: 'CERTIFICATE_REJECTED', alert: 'certificate_expired' });
    expect(server.error).toMatchObject({ received: 'certificate_expired' });
    expect(client.handshakeComplete).toBe(false);
  });
});

describe('tickets', () => {
  it.each([0, 1, 5, 8])('are %i if so many are wanted, and one for one that was used', (count) => {
    const ends = sessionEnds(clientConfig(), serverConfig());
    const server = { ...ends.server, sessions: { ...sessionsOf(ends.server), count } };
    const sessions = firstSessions(ends.client, server);
    expect(sessions.length).toBe(count);
    if (count === 0) return;
    expect(connect(resuming(ends.client, sessions[0]), server).client.takeSessions().length).toBe(1);
  });

  it('are kept by a store that is asked', () => {
    const store = new Map<string, Uint8Array>();
    const ends = sessionEnds(clientConfig(), serverConfig());
    const server = { ...ends.server, sessions: { ...sessionsOf(ends.server), tickets: 'ask' } } as const;
    const [session] = firstSessions(ends.client, server, { store });
    expect(session?.ticket.length).toBe(32);
    expectResumed(connect(resuming(ends.client, session), server, { store }));
    expect(store.size).toBe(3);
    expectResumed(connect(resuming(ends.client, session), server, { store: new Map() }), false);
    expect(firstSessions(ends.client, server)).toEqual([]);
  });

  it('are not sent to a client that can not use them', () => {
    const ends = sessionEnds(clientConfig(), serverConfig());
    const events: TlsEvent[] = [];
    connect(clientConfig(), { ...ends.server, trace: (event) => events.push(event) });
    expect(events.some((event) => event.kind === 'message' && event.name === 'new_session_ticket')).toBe(false);
  });

  it('of a chain that is too long to come back are not sent', () => {
    const long = { ...clientCredential, chain: [...clientCredential.chain, new Uint8Array(20_000)] };
    const ends = sessionEnds(clientConfig({ credential: long }), serverConfig({ clientCertificate: 'require' }));
    expect(firstSessions(ends.client, ends.server)).toEqual([]);
  });
});

describe('a binder', () => {
  it('that is wrong ends the handshake', () => {
    const ends = sessionEnds(clientConfig(), serverConfig());
    const [session] = firstSessions(ends.client, ends.server) as [Session];
    const wrong = { ...session, secret: session.secret.with(0, (session.secret[0] ?? 0) ^ 1) };
    const { client, server } = connect(resuming(ends.client, wrong), ends.server);
    expect(server.error).toMatchObject({ code: 'BAD_BINDER', alert: 'decrypt_error', fault: 'peer' });
    expect(client.error).toMatchObject({ received: 'decrypt_error' });
  });
});
