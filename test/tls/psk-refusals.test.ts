/** What must not pass where keys are shared: choices that were not offered, early data under other terms, bad settings. */
import { describe, expect, it } from 'vitest';
import { EMPTY, fromAscii } from '../../src/bytes/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { alpn } from '../../src/tls/extensions/alpn.ts';
import { extension } from '../../src/tls/extensions/block.ts';
import { earlyData } from '../../src/tls/extensions/early-data.ts';
import { preSharedKey } from '../../src/tls/extensions/pre-shared-key.ts';
import {
  type ClientConfig,
  type ExternalPsk,
  type ServerConfig,
  type ServerSessions,
  type Session,
  TicketKeys,
  TlsConnection,
} from '../../src/tls/index.ts';
import { encodeClientHello } from '../../src/tls/messages/client-hello.ts';
import { encodeEncryptedExtensions } from '../../src/tls/messages/encrypted-extensions.ts';
import { encodeNewSessionTicket } from '../../src/tls/messages/new-session-ticket.ts';
import { MAX_TICKETS, MAX_TICKETS_IN_ROW } from '../../src/tls/record/limits.ts';
import { CIPHER_SUITES } from '../../src/tls/registry/cipher-suites.ts';
import { EXTENSION_TYPES } from '../../src/tls/registry/extension-types.ts';
import { exchange } from '../support/engines.ts';
import { deliver, levelClient, levelServer } from '../support/levels.ts';
import { firstSessions, NOW, resuming, sessionEnds } from '../support/sessions.ts';
import { connected } from './forge.ts';
import { decoded, replacing, without } from './hellos.ts';
import { clientConfig, serverConfig } from './scenarios.ts';
import { refusal, serverHello } from './tampered.ts';

const key = new Uint8Array(32).fill(3);
const psk: ExternalPsk = { identity: fromAscii('somebody'), key };
const suites = ['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_256_GCM_SHA384'] as const;
const sessions: ServerSessions = { now: () => NOW, tickets: new TicketKeys(nodeCrypto), earlyData: { max: 100 } };
const kept = sessionEnds(
  clientConfig({ alpn: ['h2', 'x'], cipherSuites: suites }),
  serverConfig({ alpn: ['h2'], sessions }),
);
const [session] = firstSessions(kept.client, kept.server) as [Session];
const early = { client: resuming(kept.client, session, new Uint8Array(10)), server: kept.server };
const selecting = (index: number) => extension(preSharedKey.serverHello, index);

describe('a client refuses', () => {
  const ours: Partial<ClientConfig> = { psks: [psk], cipherSuites: suites };
  const theirs: Partial<ServerConfig> = { psks: [psk], cipherSuites: suites };

  it('a server with a certificate where it requires a key, and takes one that has it', () => {
    const config = clientConfig({ ...ours, requirePsk: true });
    for (const [server, code] of [
      [serverConfig({ cipherSuites: suites }), 'MISSING_EXTENSION'],
      [serverConfig(theirs), undefined],
    ] as const) {
      const ends = { client: TlsConnection.client(config), server: TlsConnection.server(server) };
      exchange(ends.client, ends.server);
      expect([ends.client.error?.code, ends.client.handshakeComplete]).toEqual([code, code === undefined]);
    }
  });

  it.each<[string, Parameters<typeof refusal>[0], string, RegExp]>([
    [
      'a key that it did not offer',
      {
        client: ours,
        server: theirs,
        type: 2,
        change: serverHello(({ extensions }) => ({ extensions: replacing(extensions, selecting(1)) })),
      },
      'ILLEGAL_PARAMETER',
      /selected_identity 1, 1 were offered/,
    ],
    [
      'a key when it offered none',
      {
        type: 2,
        change: serverHello(({ extensions }) => ({ extensions: [...extensions, selecting(0)] })),
      },
      'UNSUPPORTED_EXTENSION',
      /pre_shared_key was not offered/,
    ],
    [
      'a key for another hash than that of the suite',
      {
        client: ours,
        server: theirs,
        type: 2,
        change: serverHello(() => ({ cipherSuite: CIPHER_SUITES.TLS_AES_256_GCM_SHA384 })),
      },
      'ILLEGAL_PARAMETER',
      /does not go with a pre-shared key for sha256/,
    ],
    [
      'a key without a key exchange, unless it offered that',
      {
        client: ours,
        server: theirs,
        type: 2,
        change: serverHello(({ extensions }) => ({ extensions: without(extensions, EXTENSION_TYPES.key_share) })),
      },
      'MISSING_EXTENSION',
      /no key_share/,
    ],
  ])('%s', (_, tampering, code, message) => {
    expect(refusal(tampering)).toMatchObject({ code, fault: 'peer', message: expect.stringMatching(message) });
  });

  /** EncryptedExtensions that take early data, whatever else was agreed on. */
  const takingEarlyData = (protocol: string) => () =>
    encodeEncryptedExtensions({
      extensions: [
        extension(alpn.encryptedExtensions, fromAscii(protocol)),
        extension(earlyData.encryptedExtensions, null),
      ],
    });

  it.each<[string, Parameters<typeof refusal>[0], string, RegExp]>([
    [
      'early data under another protocol',
      { ...early, type: 8, change: takingEarlyData('x') },
      'ILLEGAL_PARAMETER',
      /another ALPN protocol/,
    ],
    [
      'early data under another suite',
      {
        client: early.client,
        server: { ...early.server, cipherSuites: ['TLS_CHACHA20_POLY1305_SHA256'] },
        type: 8,
        change: takingEarlyData('h2'),
      },
      'ILLEGAL_PARAMETER',
      /sent with TLS_AES_128_GCM_SHA256/,
    ],
    [
      'early data under no key',
      { client: early.client, server: { alpn: ['h2'] }, type: 8, change: takingEarlyData('h2') },
      'ILLEGAL_PARAMETER',
      /not the first/,
    ],
    [
      'early data that it did not offer',
      { client: { alpn: ['h2'] }, server: { alpn: ['h2'] }, type: 8, change: takingEarlyData('h2') },
      'UNSUPPORTED_EXTENSION',
      /early_data was not offered/,
    ],
  ])('%s', (_, tampering, code, message) => {
    expect(refusal(tampering)).toMatchObject({ code, fault: 'peer', message: expect.stringMatching(message) });
  });

  it('tickets without end, and keeps the latest few', () => {
    const ticket = (n: number) =>
      encodeNewSessionTicket({
        ticketLifetime: 60,
        ticketAgeAdd: 1,
        ticketNonce: Uint8Array.of(n),
        ticket: Uint8Array.of(n),
        extensions: [],
      });
    const client = levelClient(kept.client);
    const server = levelServer(serverConfig({ alpn: ['h2'] }));
    for (let turn = 0; turn < 3; turn++) {
      for (const message of client.outbox.splice(0)) deliver(server, message);
      for (const message of server.outbox.splice(0)) deliver(client, message);
    }
    const { context } = client.handshake;
    for (let n = 0; n < MAX_TICKETS_IN_ROW; n++) deliver(client, { level: 'application', bytes: ticket(n) });
    const last = MAX_TICKETS_IN_ROW - 1;
    expect(context.tickets.map((made) => made().ticket[0])).toEqual(
      Array.from({ length: MAX_TICKETS }, (_, i) => last - MAX_TICKETS + 1 + i),
    );
    expect(() => deliver(client, { level: 'application', bytes: ticket(99) })).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED', alert: 'unexpected_message' }),
    );
  });

  it('tickets without end over records, where data makes room', () => {
    const { client, asServer } = connected();
    const bytes = encodeNewSessionTicket({
      ticketLifetime: 60,
      ticketAgeAdd: 1,
      ticketNonce: EMPTY,
      ticket: Uint8Array.of(1),
      extensions: [],
    });
    const flood = (count: number) => {
      for (let i = 0; i < count; i++) client.receive(asServer.seal(22, bytes));
    };
    flood(MAX_TICKETS_IN_ROW);
    client.receive(asServer.seal(23, Uint8Array.of(1)));
    flood(MAX_TICKETS_IN_ROW);
    expect(client.error).toBeUndefined();
    flood(1);
    expect(client.error).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});

describe('keys from elsewhere', () => {
  const pair = (client: Partial<ClientConfig>, server: Partial<ServerConfig>, answers = {}) => {
    const ends = {
      client: TlsConnection.client(clientConfig(client)),
      server: TlsConnection.server(serverConfig(server)),
    };
    exchange(ends.client, ends.server, answers);
    return ends;
  };

  it.each<[string, Partial<ClientConfig>, Partial<ServerConfig>]>([
    ['connect without certificates', {}, { credentials: [] }],
    ['with SHA-384', { psks: [{ ...psk, hash: 'sha384' }] }, { psks: [{ ...psk, hash: 'sha384' }], credentials: [] }],
    ['after a HelloRetryRequest', { groups: ['x25519', 'secp256r1'] }, { groups: ['secp256r1'], credentials: [] }],
    ['without a key exchange', { pskWithoutKeyExchange: true }, { pskWithoutKeyExchange: true, credentials: [] }],
    ['that are asked for', {}, { psks: 'ask', credentials: [] }],
    ['where credentials are asked for and there are none', {}, { credentials: 'ask' }],
  ])('%s', (_, client, server) => {
    const answers = { psk, credential: null };
    const ends = pair({ psks: [psk], ...client }, { psks: [psk], ...server }, answers);
    expect(ends.client.error ?? ends.server.error).toBeUndefined();
    expect(ends.client.info.pskIdentity).toEqual(psk.identity);
    expect(ends.server.info.pskIdentity).toEqual(psk.identity);
    expect(ends.client.info.peerCertificates).toBeUndefined();
    expect(ends.client.info.resumed).toBe(false);
    ends.client.write(Uint8Array.of(1));
    exchange(ends.client, ends.server);
    expect(ends.server.takeData()).toEqual([Uint8Array.of(1)]);
  });

  it('do without a key exchange only where both say so, and then show it', () => {
    const both = { psks: [psk], pskWithoutKeyExchange: true };
    expect(pair(both, { psks: [psk] }).client.info.group).toBeDefined();
    expect(pair({ psks: [psk] }, both).client.info.group).toBeDefined();
  });

  it('that are not known, or not for the suite, give way to certificates', () => {
    for (const psks of [[], [{ ...psk, identity: fromAscii('x') }], [{ ...psk, hash: 'sha384' as const }]]) {
      const { client, server } = pair({ psks: [psk] }, { psks });
      expect(client.error ?? server.error).toBeUndefined();
      expect(client.info.peerCertificates?.length).toBe(1);
    }
  });

  it('that a HelloRetryRequest leaves none of give way too', () => {
    const cipherSuites = ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256'] as const;
    const { client, server } = pair(
      { psks: [psk], cipherSuites, groups: ['x25519', 'secp256r1'] },
      { psks: [psk], cipherSuites: ['TLS_AES_256_GCM_SHA384'], groups: ['secp256r1'] },
    );
    expect(client.error ?? server.error).toBeUndefined();
    expect([client.info.helloRetryRequest, client.info.pskIdentity]).toEqual([true, undefined]);
  });

  it('end the handshake where the binder is wrong, or nothing else is left', () => {
    const wrong = pair({ psks: [{ ...psk, key: new Uint8Array(32) }] }, { psks: [psk] });
    expect(wrong.server.error).toMatchObject({ code: 'BAD_BINDER', alert: 'decrypt_error' });
    const imported = pair({ psks: [{ ...psk, imported: true }] }, { psks: [psk] });
    expect(imported.server.error).toMatchObject({ code: 'BAD_BINDER' });
    const nobody = pair({}, { psks: [psk], credentials: [] });
    expect(nobody.server.error).toMatchObject({ code: 'UNKNOWN_PSK_IDENTITY', alert: 'unknown_psk_identity' });
  });

  it('stand in a hello that need not say how to sign', () => {
    const stripped =
      (...ids: number[]) =>
      (bytes: Uint8Array) => {
        const hello = decoded('client_hello', bytes);
        return encodeClientHello({ ...hello, extensions: without(hello.extensions.raw, ...ids) });
      };
    const client = { psks: [psk] };
    const { signature_algorithms, supported_groups, key_share } = EXTENSION_TYPES;
    const run = (server: Partial<ServerConfig>, ...ids: number[]) =>
      refusal({ client, server, type: 1, to: 'server', change: stripped(...ids) });
    // The binder does not fit any more: the hello was taken.
    expect(run({ psks: [psk] }, signature_algorithms)).toMatchObject({ code: 'BAD_BINDER' });
    const missing = (name: string) => ({ code: 'MISSING_EXTENSION', message: `client_hello has no ${name}` });
    expect(run({}, signature_algorithms)).toMatchObject(missing('signature_algorithms'));
    expect(run({ psks: [psk] }, supported_groups)).toMatchObject(missing('supported_groups'));
    expect(run({ psks: [psk] }, key_share)).toMatchObject(missing('key_share'));
    expect(run({ psks: [psk] }, key_share, supported_groups)).toMatchObject(missing('supported_groups'));
  });
});

describe('a configuration', () => {
  const bad = expect.objectContaining({ code: 'BAD_CONFIGURATION', fault: 'local' });
  const clock = { now: 1 as unknown as () => number };

  it.each<[string, Partial<ClientConfig>]>([
    ['has a clock for sessions', { sessions: clock }],
    ['has keys that are long enough', { psks: [{ ...psk, key: new Uint8Array(15) }] }],
    ['has a suite for each key', { psks: [{ ...psk, hash: 'sha384' }], cipherSuites: ['TLS_AES_128_GCM_SHA256'] }],
  ])('of a client %s', (_, config) => {
    expect(() => TlsConnection.client(clientConfig(config))).toThrow(bad);
  });

  it.each<[string, Partial<ServerConfig>]>([
    ['has a clock for sessions', { sessions: { ...sessions, ...clock } }],
    ['has few tickets', { sessions: { ...sessions, count: 9 } }],
    ['has tickets for a week', { sessions: { ...sessions, lifetime: 604_801 } }],
    ['has tickets that live', { sessions: { ...sessions, lifetime: 0 } }],
    ['has a short context', { sessions: { ...sessions, context: new Uint8Array(256) } }],
    ['takes some early data, if any', { sessions: { ...sessions, earlyData: { max: 0 } } }],
    ['has a window', { sessions: { ...sessions, earlyData: { max: 1, window: -1 } } }],
    ['has keys that are long enough', { psks: [{ ...psk, key: new Uint8Array(15) }] }],
    ['has something to authenticate by', { credentials: [] }],
  ])('of a server %s', (_, config) => {
    expect(() => TlsConnection.server(serverConfig(config))).toThrow(bad);
  });
});
