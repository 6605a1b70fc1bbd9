/** What TLS 1.2 has that TLS 1.3 has not: warnings, renegotiation, secrets that are not bound, keys without end. */
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { extendedMasterSecret } from '../../src/tls/extensions/extended-master-secret.ts';
import { type CommonConfig, TlsConnection, type TlsEvent } from '../../src/tls/index.ts';
import { encodeClientHello } from '../../src/tls/messages/client-hello.ts';
import { encodeHelloRequest } from '../../src/tls/messages/tls12/hello-request.ts';
import { HANDSHAKE_TYPES } from '../../src/tls/registry/handshake-types.ts';
import { exchange } from '../support/engines.ts';
import { deliver, type LevelEnd, levelClient, levelServer } from '../support/levels.ts';
import { firstSessions, resuming, sessionEnds } from '../support/sessions.ts';
import { decoded, encodedHello, without } from './hellos.ts';
import { clientConfig, serverConfig } from './scenarios.ts';

const versions = ['TLS 1.2'] as const;

function pair(client = {}, server = {}) {
  const ends = {
    client: TlsConnection.client(clientConfig(client)),
    server: TlsConnection.server(serverConfig({ versions, ...server })),
  };
  exchange(ends.client, ends.server);
  return ends;
}

const warning = (code: number) => Uint8Array.of(21, 3, 3, 0, 2, 1, code);

describe('warnings', () => {
  it.each([
    ['before the version is known', {}],
    ['by a client of TLS 1.2 alone', { versions }],
  ])('are passed over %s, but not without end', (_, config) => {
    const client = TlsConnection.client(clientConfig(config));
    for (let i = 0; i < 4; i++) client.receive(warning(112));
    expect(client.error).toBeUndefined();
    client.receive(warning(112));
    expect(client.error).toMatchObject({ code: 'LIMIT_EXCEEDED', alert: 'unexpected_message' });
  });

  it('end a client of TLS 1.3 alone, whatever their level', () => {
    const client = TlsConnection.client(clientConfig({ versions: ['TLS 1.3'] }));
    client.receive(warning(112));
    expect(client.error).toMatchObject({ code: 'ALERT_RECEIVED', received: 'unrecognized_name' });
  });

  it('do not hinder the handshake behind them', () => {
    const client = TlsConnection.client(clientConfig());
    const server = TlsConnection.server(serverConfig({ versions }));
    client.receive(warning(112));
    exchange(client, server);
    expect([client.info.version, client.handshakeComplete]).toEqual(['TLS 1.2', true]);
  });
});

describe('a wish to renegotiate', () => {
  const connected = (more: Pick<CommonConfig, 'maxRenegotiations'> = {}) => {
    const [client, server] = [levelClient(clientConfig(more)), levelServer(serverConfig({ versions, ...more }))];
    for (let turn = 0; turn < 3; turn++) {
      for (const message of client.outbox.splice(0)) deliver(server, message);
      for (const message of server.outbox.splice(0)) deliver(client, message);
    }
    return { client, server };
  };

  const roles: readonly [string, (ends: { client: LevelEnd; server: LevelEnd }) => LevelEnd, Uint8Array][] = [
    ['client', ({ client }) => client, encodeHelloRequest()],
    ['server', ({ server }) => server, encodedHello((hello) => hello)],
  ];
  it.each(roles)('is refused by a %s, which goes on for a while', (_, of, bytes) => {
    const end = of(connected());
    for (let i = 0; i < 4; i++) deliver(end, { level: 'application', bytes });
    expect(end.handshake.connected).toBe(true);
    expect(() => deliver(end, { level: 'application', bytes })).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED', alert: 'no_renegotiation', fault: 'peer' }),
    );
  });

  it.each(roles)('ends the connection of a %s that passes over none', (_, of, bytes) => {
    const end = of(connected({ maxRenegotiations: 0 }));
    expect(end.handshake.connected).toBe(true);
    expect(() => deliver(end, { level: 'application', bytes })).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED', spec: 'RFC 5246 section 7.2.2' }),
    );
  });
});

describe('a HelloRequest', () => {
  const request = { level: 'initial', bytes: encodeHelloRequest() } as const;

  it('is ignored while a client is negotiating, and in no transcript (RFC 5246 section 7.4.1.1)', () => {
    const events: TlsEvent[] = [];
    const client = levelClient(clientConfig({ trace: (event) => events.push(event) }));
    const server = levelServer(serverConfig({ versions }));
    deliver(client, request);
    for (const message of client.outbox.splice(0)) deliver(server, message);
    for (const message of server.outbox.splice(0)) {
      deliver(client, message);
      if (message.bytes[0] === HANDSHAKE_TYPES.certificate) deliver(client, request);
    }
    for (const message of client.outbox.splice(0)) deliver(server, message);
    deliver(client, { level: 'application', bytes: request.bytes });
    for (const message of server.outbox.splice(0)) deliver(client, message);
    expect([client.handshake.connected, server.handshake.connected]).toEqual([true, true]);
    const told = events.filter((event) => event.kind === 'message' && event.name === 'hello_request');
    expect(told).toMatchObject(Array(3).fill({ direction: 'received', bytes: request.bytes, fields: [] }));
    expect(events.some((event) => event.kind === 'transition' && event.on === 'hello_request')).toBe(false);
  });

  it.each([
    ['more of them than are passed over', {}, 4, 'LIMIT_EXCEEDED'],
    ['one where none is passed over', { maxRenegotiations: 0 }, 0, 'LIMIT_EXCEEDED'],
    ['one where only TLS 1.3 is spoken', { versions: ['TLS 1.3'] as const }, 0, 'UNEXPECTED_MESSAGE'],
  ] as const)('ends the handshake: %s', (_, config, passedOver, code) => {
    const client = levelClient(clientConfig(config));
    for (let i = 0; i < passedOver; i++) deliver(client, request);
    expect(() => deliver(client, request)).toThrow(expect.objectContaining({ code, alert: 'unexpected_message' }));
  });

  it('is none with something in it', () => {
    const bytes = Uint8Array.of(0, 0, 0, 1, 0);
    const refusal = expect.objectContaining({ code: 'UNEXPECTED_MESSAGE' });
    expect(() => deliver(levelClient(clientConfig()), { level: 'initial', bytes })).toThrow(refusal);
  });

  it('is nothing for a server', () => {
    const refusal = expect.objectContaining({ code: 'UNEXPECTED_MESSAGE' });
    expect(() => deliver(levelServer(serverConfig()), request)).toThrow(refusal);
  });
});

describe('a connection', () => {
  it('of TLS 1.2 carries data and ends as one of TLS 1.3 does', () => {
    const { client, server } = pair();
    const data = new Uint8Array(40_000).fill(7);
    client.write(data);
    server.write(data);
    exchange(client, server);
    for (const end of [client, server])
      expect(end.takeData().reduce((sum, { length }) => sum + length, 0)).toBe(40_000);
    client.close();
    exchange(client, server);
    expect([server.readClosed, server.error, server.writable]).toEqual([true, undefined, true]);
  });

  it('ends where its key has protected as much as it may', () => {
    const { client, server } = pair({ keyUpdateAfter: 3 });
    // Finished was under it too.
    for (let record = 0; record < 2; record++) client.write(Uint8Array.of(record));
    expect(client.error).toBeUndefined();
    const refusal = { code: 'LIMIT_EXCEEDED', alert: 'internal_error', fault: 'local' };
    expect(() => client.write(Uint8Array.of(2))).toThrow(expect.objectContaining(refusal));
    exchange(client, server);
    expect(server.error).toMatchObject({ received: 'internal_error' });
  });

  it('has no other keys', () => {
    const { client } = pair();
    expect(() => client.updateKeys()).toThrow(expect.objectContaining({ code: 'CONNECTION_CLOSED' }));
  });

  it('holds the peer to the record size that it was told', () => {
    const { client, server } = pair({ recordSizeLimit: 16_385 }, { recordSizeLimit: 100 });
    client.write(new Uint8Array(250));
    expect(client.takeOutput().length).toBeGreaterThanOrEqual(3);
    expect([client.info.peerRecordSizeLimit, server.info.peerRecordSizeLimit]).toEqual([100, 16_385]);
  });

  it('exports nothing where the secret is not bound to the handshake (RFC 7627 section 5.4)', () => {
    const client = levelClient(clientConfig({ versions }));
    const server = TlsConnection.server(serverConfig());
    const { extensions, ...fields } = decoded('client_hello', client.outbox[0]?.bytes ?? new Uint8Array(0));
    const hello = encodeClientHello({
      ...fields,
      extensions: without(extensions.raw, extendedMasterSecret.clientHello.id),
    });
    server.receive(Uint8Array.of(22, 3, 1, hello.length >> 8, hello.length & 0xff, ...hello));
    expect(server.info).toMatchObject({ version: 'TLS 1.2', extendedMasterSecret: false });
    expect(() => server.exportKeyingMaterial('x', undefined, 1)).toThrow(/bound to/);
  });

  it('that began with early data of TLS 1.3 does not go on in TLS 1.2 (RFC 8446 appendix D.3)', () => {
    const ends = sessionEnds(clientConfig(), serverConfig());
    const sessions = { ...ends.server.sessions, earlyData: { max: 100 } } as NonNullable<typeof ends.server.sessions>;
    const [session] = firstSessions(ends.client, { ...ends.server, sessions });
    const client = TlsConnection.client(resuming(ends.client, session, Uint8Array.of(1)));
    const [hello] = client.takeOutput();
    const server = TlsConnection.server({ ...ends.server, crypto: nodeCrypto, versions });
    server.receive(hello ?? new Uint8Array(0));
    for (const bytes of server.takeOutput()) client.receive(bytes);
    expect(client.error).toMatchObject({ code: 'ILLEGAL_PARAMETER', alert: 'protocol_version' });
  });
});
