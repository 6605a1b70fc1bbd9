/** The tables of all four machines against what really happens: every arrow is walked, and there are no others. */
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { extension } from '../../src/tls/extensions/block.ts';
import { cookie } from '../../src/tls/extensions/cookie.ts';
import { keyShare } from '../../src/tls/extensions/key-share.ts';
import { sessionTicket } from '../../src/tls/extensions/session-ticket.ts';
import { signatureAlgorithms } from '../../src/tls/extensions/signature-algorithms.ts';
import { supportedVersions } from '../../src/tls/extensions/supported-versions.ts';
import { firstOffer } from '../../src/tls/hello/offer.ts';
import {
  type CertificateCompression,
  type ClientConfig,
  type ServerConfig,
  type ServerSessions,
  TicketKeys,
  type TlsEvent,
} from '../../src/tls/index.ts';
import { encodeCertificateRequest } from '../../src/tls/messages/certificate-request.ts';
import { encodeCompressedCertificate } from '../../src/tls/messages/compressed-certificate.ts';
import { encodeKeyUpdate } from '../../src/tls/messages/key-update.ts';
import { encodeNewSessionTicket } from '../../src/tls/messages/new-session-ticket.ts';
import { encodeHelloRetryRequest, encodeServerHello } from '../../src/tls/messages/server-hello.ts';
import { encodeHelloRequest } from '../../src/tls/messages/tls12/hello-request.ts';
import { encodeTls12NewSessionTicket } from '../../src/tls/messages/tls12/new-session-ticket.ts';
import { HANDSHAKE_TYPES } from '../../src/tls/registry/handshake-types.ts';
import { SIGNATURE_SCHEMES } from '../../src/tls/registry/signature-schemes.ts';
import * as tls12 from '../../src/tls/tls12/states.ts';
import * as tls13 from '../../src/tls/tls13/states.ts';
import { deliver, type LevelEnd, type LevelMessage, levelClient, levelServer } from '../support/levels.ts';
import { OldServer, type OldServerOptions } from '../support/old-server.ts';
import { firstSessions, NOW, resuming, sessionEnds } from '../support/sessions.ts';
import { decoded } from './hellos.ts';
import { clientConfig, clientCredential, credential, serverConfig } from './scenarios.ts';

type Role = 'client' | 'server';
type Table = Readonly<Record<string, readonly { readonly on: string; readonly to: string }[]>>;

const START = { client: 'WAIT_SH', server: 'START' } as const;

const TICKET = encodeNewSessionTicket({
  ticketLifetime: 60,
  ticketAgeAdd: 1,
  ticketNonce: Uint8Array.of(0),
  ticket: Uint8Array.of(1),
  extensions: [],
});
const REQUEST = encodeCertificateRequest({
  certificateRequestContext: Uint8Array.of(1),
  extensions: [extension(signatureAlgorithms.certificateRequest, [SIGNATURE_SCHEMES.ed25519])],
});
const KEY_UPDATE = encodeKeyUpdate({ requestUpdate: false });
const RETRY = encodeHelloRetryRequest({
  legacyVersion: 0x0303,
  legacySessionIdEcho: new Uint8Array(0),
  cipherSuite: 0x1301,
  legacyCompressionMethod: 0,
  extensions: [
    extension(supportedVersions.helloRetryRequest, 0x0304),
    extension(keyShare.helloRetryRequest, 23),
    extension(cookie.helloRetryRequest, Uint8Array.of(1)),
  ],
});

/** Compresses nothing. */
const plain: CertificateCompression = { algorithm: 1, compress: (data) => data, decompress: (data) => data };
const certificateCompression = [plain];

/** Handshakes that together take every arrow, with what each end gets when it is connected. */
const kept = sessionEnds(clientConfig(), serverConfig({ sessions: takingEarlyData() }));
interface Run {
  /** In place of our server. */
  readonly old?: OldServerOptions;
  readonly client: Partial<ClientConfig>;
  readonly server: Partial<ServerConfig>;
}

const RUNS: readonly Run[] = [
  { client: {}, server: {} },
  { client: { postHandshakeAuth: true, credential: clientCredential }, server: {} },
  { client: { groups: ['x25519', 'secp256r1'] }, server: { groups: ['secp256r1'] } },
  { client: { credential: clientCredential }, server: { clientCertificate: 'require' } },
  { client: {}, server: { clientCertificate: 'request' } },
  { client: { certificateCompression }, server: { certificateCompression } },
  {
    client: { credential: clientCredential, certificateCompression },
    server: { certificateCompression, clientCertificate: 'require' },
  },
  { client: withEarlyData(), server: kept.server },
];

function takingEarlyData(): ServerSessions {
  return { now: () => NOW, tickets: new TicketKeys(nodeCrypto), earlyData: { max: 100 } };
}

function withEarlyData(): ClientConfig {
  return resuming(kept.client, firstSessions(kept.client, kept.server)[0], new Uint8Array(1));
}

interface Ends {
  readonly client: LevelEnd;
  readonly server: LevelEnd;
  readonly old: OldServer | undefined;
  readonly states: Record<Role, string>;
  readonly edges: Record<Role, Set<string>>;
}

function begin(run: Run): Ends {
  const states: Record<Role, string> = { ...START };
  const edges = { client: new Set<string>(), server: new Set<string>() };
  const trace = (event: TlsEvent) => {
    if (event.kind !== 'transition') return;
    edges[event.role].add(`${event.from} ${event.on} ${event.to}`);
    expect(event.from).toBe(states[event.role]);
    states[event.role] = event.to;
  };
  return {
    client: levelClient(clientConfig({ ...run.client, trace })),
    server: levelServer(serverConfig({ ...run.server, trace })),
    old: run.old && new OldServer(run.old),
    states,
    edges,
  };
}

/** Goes on until `stop` says so, before a message is handed to its end. */
function advance(ends: Ends, stop: (to: Role) => boolean = () => false): void {
  const queue: { readonly to: Role; readonly message: LevelMessage }[] = [];
  for (;;) {
    queue.push(...ends.client.outbox.splice(0).map((message) => ({ to: 'server', message }) as const));
    const { outbox } = ends.old ?? ends.server;
    queue.push(...outbox.splice(0).map((message) => ({ to: 'client', message }) as const));
    const next = queue.shift();
    if (next === undefined || stop(next.to)) return;
    if (next.to === 'server' && ends.old !== undefined) {
      ends.old.receive(next.message);
      if (ends.old.isConnected) ends.states.server = 'CONNECTED';
    } else deliver(ends[next.to], next.message);
  }
}

/** A client's empty chain may come compressed; ours sends it plain, so it is exchanged. */
function emptyCompressed(): Ends {
  const ends = begin({ client: {}, server: { certificateCompression, clientCertificate: 'request' } });
  advance(ends, (to) => to === 'server' && ends.states.server === 'WAIT_CERT');
  const compressedCertificateMessage = new Uint8Array(4);
  const bytes = encodeCompressedCertificate({ algorithm: 1, uncompressedLength: 4, compressedCertificateMessage });
  deliver(ends.server, { level: 'handshake', bytes });
  expect(ends.states.server).toBe('WAIT_FINISHED');
  return ends;
}

const versions = ['TLS 1.2'] as const;
const kept12 = sessionEnds(clientConfig({ versions }), serverConfig());
const stapled = { ...credential, ocspResponse: Uint8Array.of(1) };

/** Those of TLS 1.2. */
const TLS12_RUNS: readonly Run[] = [
  { client: { versions }, server: {} },
  { client: { versions, credential: clientCredential }, server: { clientCertificate: 'require' } },
  { client: { versions }, server: { clientCertificate: 'request' } },
  { client: {}, server: { versions, credentials: [stapled] } },
  { client: kept12.client, server: kept12.server },
  {
    client: { ...kept12.client, credential: clientCredential },
    server: { ...kept12.server, clientCertificate: 'require' },
  },
  { client: resumed12(), server: kept12.server },
  decrypting({}),
  decrypting({ request: true }),
  decrypting({ status: 'sent', ticket: true }),
  decrypting({ status: 'announced' }),
  decrypting({ status: 'announced', request: true }),
  decrypting({ status: 'announced', ticket: true }),
];

/** Runs with a server that has no key but its certificate's. */
function decrypting(more: Omit<OldServerOptions, 'suite'>): Run {
  const old = { suite: 'TLS_RSA_WITH_AES_128_CBC_SHA', ...more } as const;
  const sessions = { now: () => NOW };
  return {
    client: { versions, legacy: ['rsa-key-transport', 'cbc'], credential: clientCredential, sessions },
    server: {},
    old,
  };
}

function resumed12(): ClientConfig {
  return resuming(kept12.client, firstSessions(kept12.client, kept12.server)[0]);
}

/** A server may say that a status comes and send none (RFC 6066 section 8); ours does not, so it is lost on the way. */
function withoutStatus(): Ends {
  const ends = begin({ client: { versions }, server: { credentials: [stapled] } });
  for (const message of ends.client.outbox.splice(0)) deliver(ends.server, message);
  for (const { level, bytes } of ends.server.outbox.splice(0)) {
    if (bytes[0] !== HANDSHAKE_TYPES.certificate_status) deliver(ends.client, { level, bytes });
  }
  return ends;
}

/** A server may renew the ticket of a session that it resumes (RFC 5077 section 3.3); ours does not. */
function renewed(): Ends {
  const ends = begin({ client: resumed12(), server: kept12.server });
  for (const message of ends.client.outbox.splice(0)) deliver(ends.server, message);
  const [hello] = ends.server.outbox.splice(0);
  const { extensions, ...fields } = decoded('server_hello', hello?.bytes ?? new Uint8Array(0));
  const answers = [...extensions.raw, extension(sessionTicket.serverHello, null)];
  deliver(ends.client, { level: 'initial', bytes: encodeServerHello({ ...fields, extensions: answers }) });
  const bytes = encodeTls12NewSessionTicket({ ticketLifetimeHint: 1, ticket: Uint8Array.of(1) });
  deliver(ends.client, { level: 'initial', bytes });
  return ends;
}

interface Version {
  readonly version: string;
  readonly tables: Readonly<Record<Role, Table>>;
  readonly runs: readonly Run[];
  /** What an end gets when it is connected. */
  readonly connected: Readonly<Record<Role, (run: Run) => readonly Uint8Array[]>>;
  /** What a run of two of our ends does not take. */
  readonly partial: readonly (() => Ends)[];
}

const VERSIONS: readonly Version[] = [
  {
    version: 'TLS 1.3',
    tables: { client: tls13.CLIENT_STATES, server: tls13.SERVER_STATES },
    runs: RUNS,
    connected: {
      client: ({ client }) => [TICKET, ...(client.postHandshakeAuth ? [REQUEST] : []), KEY_UPDATE],
      server: () => [KEY_UPDATE],
    },
    partial: [emptyCompressed],
  },
  {
    version: 'TLS 1.2',
    tables: { client: tls12.CLIENT_STATES, server: tls12.SERVER_STATES },
    runs: TLS12_RUNS,
    connected: {
      client: () => [encodeHelloRequest()],
      server: ({ old }) => (old ? [] : [firstOffer(clientConfig()).bytes]),
    },
    partial: [withoutStatus, renewed],
  },
];

const arrows = (table: Table) =>
  Object.entries(table).flatMap(([from, edges]) => edges.map(({ on, to }) => `${from} ${on} ${to}`));

const machines = VERSIONS.flatMap((version) => [
  { ...version, role: 'client' as const },
  { ...version, role: 'server' as const },
]);

describe.each(machines)('the $role of $version', ({ role, tables, runs, connected, partial }) => {
  const table = tables[role];

  it('takes every arrow of its table, and no other', () => {
    const seen = new Set<string>();
    for (const run of runs) {
      const ends = begin(run);
      advance(ends);
      expect(ends.states).toEqual({ client: 'CONNECTED', server: 'CONNECTED' });
      for (const bytes of connected[role](run)) deliver(ends[role], { level: 'application', bytes });
      for (const edge of ends.edges[role]) seen.add(edge);
    }
    for (const run of partial) for (const edge of run().edges[role]) seen.add(edge);
    expect([...seen].sort()).toEqual(arrows(table).sort());
  });

  /** A handshake that stands in a state. */
  const reach = (state: string): Ends => {
    for (const run of runs) {
      const ends = begin(run);
      advance(ends, () => ends.states[role] === state);
      if (ends.states[role] === state) return ends;
    }
    throw new Error(`no handshake gets to ${state}`);
  };

  const codes = Array.from({ length: 256 }, (_, code) => code);
  const nameOf = (code: number) =>
    Object.entries(HANDSHAKE_TYPES).find(([, value]) => value === code)?.[0] ?? `handshake type ${code}`;

  it.each(Object.keys(table))('refuses in %s what the table does not list', (state) => {
    const edges = table[state] ?? [];
    const expected = [...new Set(edges.map(({ on }) => on))].join(' or ');
    const listed = new Set<string>(edges.map(({ on }) => (on === 'hello_retry_request' ? 'server_hello' : on)));
    const ends = reach(state);
    const { handshake } = ends[role];
    // A client that is negotiating ignores the wish that it should, where it may be one of TLS 1.2 (RFC 5246 section 7.4.1.1).
    if (role === 'client' && handshake.context.hasWarnings) listed.add('hello_request');
    const refusedCodes = codes.filter((code) => !listed.has(nameOf(code)));
    expect(refusedCodes.length).toBeGreaterThan(250);
    for (const code of refusedCodes) {
      const level = handshake.context.readLevel;
      handshake.receive(level, Uint8Array.of(code, 0, 0, 0));
      expect(() => handshake.process(), nameOf(code)).toThrow(
        expect.objectContaining({
          code: 'UNEXPECTED_MESSAGE',
          alert: 'unexpected_message',
          fault: 'peer',
          message: `got ${nameOf(code)} in ${state}, expected ${expected}`,
        }),
      );
    }
    // None of them was handled: it stands where it stood.
    expect(ends.states[role]).toBe(state);
  });

  it.each(Object.keys(table))('takes handshake data in %s only at the level of its keys', (state) => {
    const { handshake } = reach(state)[role];
    for (const level of ['initial', 'early', 'handshake', 'application'] as const) {
      if (level === handshake.context.readLevel) continue;
      expect(() => handshake.receive(level, Uint8Array.of(20))).toThrow(
        expect.objectContaining({ code: 'UNEXPECTED_MESSAGE', message: expect.stringContaining(level) }),
      );
    }
  });
});

describe('a HelloRetryRequest', () => {
  it('is a message of its own, though its code is that of ServerHello', () => {
    const ends = begin({ client: { middleboxCompatibility: false, groups: ['x25519', 'secp256r1'] }, server: {} });
    deliver(ends.client, { level: 'initial', bytes: RETRY });
    expect([...ends.edges.client]).toEqual(['WAIT_SH hello_retry_request WAIT_SH']);
    expect(() => deliver(ends.client, { level: 'initial', bytes: RETRY })).toThrow(
      expect.objectContaining({ code: 'UNEXPECTED_MESSAGE', message: expect.stringContaining('second') }),
    );
    expect(RETRY[0]).toBe(HANDSHAKE_TYPES.server_hello);
  });
});
