/** Sessions of TLS 1.2 between two engines: by ticket and by id, what binds them, and what does not resume. */
import { describe, expect, it } from 'vitest';
import { EMPTY, toHex } from '../../src/bytes/index.ts';
import { nobleCrypto } from '../../src/crypto/noble/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { extension } from '../../src/tls/extensions/block.ts';
import { extendedMasterSecret } from '../../src/tls/extensions/extended-master-secret.ts';
import { sessionTicket } from '../../src/tls/extensions/session-ticket.ts';
import {
  decodeSession,
  encodeSession,
  type ServerConfig,
  type ServerSessions,
  SessionMemory,
  type TlsEvent,
} from '../../src/tls/index.ts';
import { encodeClientHello } from '../../src/tls/messages/client-hello.ts';
import { encodeServerHello } from '../../src/tls/messages/server-hello.ts';
import { selfSigned } from '../support/credentials.ts';
import { deliver, levelClient, levelServer } from '../support/levels.ts';
import { connect, expectResumed, sessionsOf, twice } from '../support/resumption.ts';
import { firstSessions, resuming, sessionEnds } from '../support/sessions.ts';
import { decoded, without } from './hellos.ts';
import { clientConfig, clientCredential, credential, serverConfig } from './scenarios.ts';

const versions = ['TLS 1.2'] as const;
const TLS12 = { client: { versions } } as const;
const HOUR = 3_600_000;
const refused = { accepted: false, alert: 'certificate_expired', reason: 'it has expired' } as const;

describe('a session', () => {
  it.each([nodeCrypto, nobleCrypto])('is resumed with $name, without certificates, and again from there', (crypto) => {
    const ends = sessionEnds(clientConfig({ crypto, alpn: ['h2'] }), serverConfig({ crypto, versions, alpn: ['h2'] }));
    let [session] = firstSessions(ends.client, ends.server);
    for (let round = 0; round < 3; round++) {
      const events: TlsEvent[] = [];
      const resumed = connect({ ...resuming(ends.client, session), trace: (event) => events.push(event) }, ends.server);
      expectResumed(resumed);
      expect(events.some((event) => event.kind === 'message' && event.name === 'certificate')).toBe(false);
      expect(resumed.client.info).toMatchObject({ version: 'TLS 1.2', alpn: 'h2', extendedMasterSecret: true });
      const shown = resumed.client.info.peerCertificates?.map(({ der }) => toHex(der));
      expect(shown).toEqual(credential.chain.map((der) => toHex(der)));
      const material = [resumed.client, resumed.server].map((end) => end.exportKeyingMaterial('x', EMPTY, 20));
      expect(material[0]).toEqual(material[1]);
      [session] = resumed.client.takeSessions();
    }
  });

  it('is what it is after export and import, and tells what it is for', () => {
    const ends = sessionEnds(clientConfig({ versions }), serverConfig());
    const [session] = firstSessions(ends.client, ends.server);
    expect(session).toMatchObject({ version: 'TLS 1.2', serverName: 'server.test', lifetime: 7200, sessionId: EMPTY });
    const again = session && decodeSession(encodeSession(session));
    expect(again).toEqual(session);
    expectResumed(connect(resuming(ends.client, again), ends.server));
  });

  it('is kept by a store that is asked', () => {
    const store = new Map<string, Uint8Array>();
    const ends = sessionEnds(clientConfig({ versions }), serverConfig());
    const server = { ...ends.server, sessions: { ...sessionsOf(ends.server), tickets: 'ask' } } as const;
    const [session] = firstSessions(ends.client, server, { store });
    expect([session?.ticket.length, session?.sessionId.length, store.size]).toEqual([32, 0, 1]);
    const resumed = connect(resuming(ends.client, session), server, { store });
    expectResumed(resumed);
    expect(resumed.client.takeSessions()).toEqual([session]);
    expectResumed(connect(resuming(ends.client, session), server, { store: new Map() }), false);
    expect(firstSessions(ends.client, server)).toEqual([]);
  });

  it('goes by its id where the client has no tickets and a store is asked', () => {
    const store = new Map<string, Uint8Array>();
    const ends = sessionEnds(clientConfig({ versions }), serverConfig());
    const server = { ...ends.server, sessions: { ...sessionsOf(ends.server), tickets: 'ask' } } as const;
    const client = levelClient({ ...ends.client, crypto: nodeCrypto });
    const { extensions, ...fields } = decoded('client_hello', client.outbox[0]?.bytes ?? EMPTY);
    const less = without(extensions.raw, sessionTicket.clientHello.id);
    const first = levelServer(server);
    deliver(first, { level: 'initial', bytes: encodeClientHello({ ...fields, extensions: less }) });
    const { legacySessionIdEcho: id } = decoded('server_hello', first.outbox[0]?.bytes ?? EMPTY);
    expect(id.length).toBe(32);
    // What the store has under it is resumed when it comes back.
    const [known] = firstSessions(ends.client, server, { store });
    const state = store.get(toHex(known?.ticket ?? EMPTY)) ?? EMPTY;
    store.set(toHex(id), state);
    const byId = known && { ...known, ticket: EMPTY, sessionId: id };
    const resumed = connect(resuming(ends.client, byId), server, { store });
    expectResumed(resumed);
    expect(resumed.client.takeSessions()).toMatchObject([{ ticket: EMPTY, sessionId: id }]);
  });

  describe('without tickets', () => {
    /** A hello as it stands, but for session_ticket. */
    const ticketless = (bytes: Uint8Array) => {
      const { extensions, ...fields } = decoded('client_hello', bytes);
      return encodeClientHello({ ...fields, extensions: without(extensions.raw, sessionTicket.clientHello.id) });
    };
    const ends = sessionEnds(clientConfig({ versions }), serverConfig());
    const store = new SessionMemory(4);
    const server = { ...ends.server, sessions: { ...sessionsOf(ends.server), store } };

    /** Connects, and gives the id in the ServerHello and the client's next session. */
    const first = (config: ServerConfig) => {
      const [client, peer] = [levelClient(ends.client), levelServer(config)];
      // The client's transcript has to have what the server got.
      const hello = client.outbox.splice(0)[0]?.bytes ?? EMPTY;
      deliver(peer, { level: 'initial', bytes: ticketless(hello) });
      return decoded('server_hello', peer.outbox[0]?.bytes ?? EMPTY).legacySessionIdEcho;
    };

    it('has an id where there is a store, and only there', () => {
      expect([first(server).length, first(ends.server).length]).toEqual([32, 0]);
      expect(first({ ...server, sessions: { ...server.sessions, count: 0 } }).length).toBe(0);
    });

    it('is resumed from the store by its id, again and again', () => {
      const [known] = firstSessions(ends.client, server);
      const state = sessionsOf(ends.server).tickets;
      if (state === 'ask' || known === undefined) throw new Error('no sealed ticket');
      const sessionId = new Uint8Array(32).fill(9);
      store.put(sessionId, state.open(known.ticket, ends.clock.now) ?? EMPTY, ends.clock.now + HOUR);
      const byId = { ...known, ticket: EMPTY, sessionId };
      for (let round = 0; round < 2; round++) expectResumed(connect(resuming(ends.client, byId), server));
      expectResumed(connect(resuming(ends.client, byId), ends.server), false);
      ends.clock.now += 2 * HOUR;
      expectResumed(connect(resuming(ends.client, byId), server), false);
    });
  });

  it('gets a new ticket on request, and lives no longer for it', () => {
    const ends = sessionEnds(clientConfig({ versions }), serverConfig());
    const server = { ...ends.server, sessions: { ...sessionsOf(ends.server), renewTickets: true, lifetime: 604_800 } };
    const [session] = firstSessions(ends.client, server);
    ends.clock.now += 100 * HOUR;
    const resumed = connect(resuming(ends.client, session), server);
    expectResumed(resumed);
    const [renewed] = resumed.client.takeSessions();
    expect(renewed?.ticket).not.toEqual(session?.ticket);
    expect(renewed).toMatchObject({ lifetime: 604_800 - 360_000, authenticated: session?.authenticated });
    ends.clock.now += 68 * HOUR;
    expectResumed(connect(resuming(ends.client, renewed), server));
    ends.clock.now += HOUR;
    expectResumed(connect(resuming(ends.client, renewed), server), false);
  });

  it('of TLS 1.3 is none of TLS 1.2, nor the other way round', () => {
    for (const [first, second] of [
      [{ versions: ['TLS 1.3'] as const }, { versions }],
      [{ versions }, { versions: ['TLS 1.3'] as const }],
    ] as const) {
      expectResumed(twice({ client: first }, { client: second }), false);
    }
  });

  it('of TLS 1.2 is offered beside TLS 1.3', () => {
    expectResumed(twice({ server: { versions } }, {}));
    expectResumed(twice(TLS12, { client: { versions: ['TLS 1.3', 'TLS 1.2'] } }), false);
  });
});

describe('a full handshake is made instead', () => {
  const other = selfSigned('secp256r1');
  const second = { cipherSuites: ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'] } as const;
  it.each<[string, NonNullable<Parameters<typeof twice>[1]>]>([
    ['of a session that has ended', { after: 3 * HOUR }],
    ['of a session for another name', { client: { serverName: 'other.test' } }],
    ['where its suite is not offered', { client: { versions, ...second } }],
    ['where the server has its suite no more', { server: second }],
    ['where the server shows another certificate', { server: { credentials: [other] } }],
    ['where the server has other keys', { server: { sessions: undefined as unknown as ServerSessions } }],
    ['where certificates are asked for now', { server: { clientCertificate: 'request' } }],
  ])('%s', (_, change) => {
    expectResumed(twice(TLS12, { ...change, client: { versions, ...change.client } }), false);
  });

  it('of a session that is not bound to its handshake', () => {
    const ends = sessionEnds(clientConfig({ versions }), serverConfig());
    const [session] = firstSessions(ends.client, ends.server);
    const unbound = session && { ...session, extendedMasterSecret: false };
    expectResumed(connect(resuming(ends.client, unbound), ends.server), false);
  });

  it('where no session is wanted', () => {
    const ends = sessionEnds(clientConfig({ versions }), serverConfig());
    const none = { ...ends.server, sessions: { ...sessionsOf(ends.server), count: 0 } };
    expect(firstSessions(ends.client, none)).toEqual([]);
    expect(firstSessions(clientConfig({ versions }), ends.server)).toEqual([]);
    expect(firstSessions(ends.client, serverConfig())).toEqual([]);
  });

  it('after a chain that is too long for a ticket', () => {
    const long = { ...clientCredential, chain: [...clientCredential.chain, new Uint8Array(20_000)] };
    const ends = sessionEnds(
      clientConfig({ versions, credential: long }),
      serverConfig({ clientCertificate: 'require' }),
    );
    expect(firstSessions(ends.client, ends.server)).toEqual([]);
  });
});

describe('client certificates', () => {
  const mutual = {
    client: { versions, credential: clientCredential },
    server: { clientCertificate: 'require' },
  } as const;

  it('stay with a session', () => {
    const ends = twice(mutual);
    expectResumed(ends);
    const shown = ends.server.info.peerCertificates?.map(({ der }) => toHex(der));
    expect(shown).toEqual(clientCredential.chain.map((der) => toHex(der)));
  });

  it('are asked for anew when the session has an unacceptable one', () => {
    const ends = twice(mutual, {}, { stillAccepted: refused });
    expectResumed(ends, false);
    expect(ends.server.info.peerCertificates?.length).toBe(1);
  });
});

describe("the verdict on a session's chain", () => {
  it('ends a connection of a client that resumed what it does not accept', () => {
    const { client, server } = twice(TLS12, {}, { stillAccepted: refused });
    expect(client.error).toMatchObject({ code: 'CERTIFICATE_REJECTED', alert: 'certificate_expired' });
    expect(server.error).toMatchObject({ received: 'certificate_expired' });
    expect(client.handshakeComplete).toBe(false);
  });
});

describe('what a session was made with is repeated (RFC 7627 section 5.3)', () => {
  const ends = sessionEnds(clientConfig({ versions }), serverConfig());
  const bare = { code: 'MISSING_EXTENSION', alert: 'handshake_failure', fault: 'peer' };

  function hellos() {
    const client = levelClient(resuming(ends.client, firstSessions(ends.client, ends.server)[0]));
    const server = levelServer(ends.server);
    return { client, server, hello: client.outbox.splice(0)[0]?.bytes ?? EMPTY };
  }

  it('by the client', () => {
    const { server, hello } = hellos();
    const { extensions, ...fields } = decoded('client_hello', hello);
    const less = without(extensions.raw, extendedMasterSecret.clientHello.id);
    const bytes = encodeClientHello({ ...fields, extensions: less });
    expect(() => deliver(server, { level: 'initial', bytes })).toThrow(expect.objectContaining(bare));
  });

  it.each([
    ['the extension', { extensions: [] }, bare],
    [
      'the suite',
      { cipherSuite: 0xc02c, extensions: [extension(extendedMasterSecret.serverHello, null)] },
      { code: 'ILLEGAL_PARAMETER', message: expect.stringContaining('with another suite') },
    ],
  ])('by the server: %s', (_, change, error) => {
    const { client, server, hello } = hellos();
    deliver(server, { level: 'initial', bytes: hello });
    const { extensions, ...fields } = decoded('server_hello', server.outbox[0]?.bytes ?? EMPTY);
    expect(extensions.raw.length).toBeGreaterThan(0);
    const bytes = encodeServerHello({ ...fields, ...change });
    expect(() => deliver(client, { level: 'initial', bytes })).toThrow(expect.objectContaining(error));
  });
});
