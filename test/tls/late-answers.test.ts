/** Requests whose answer takes its time, comes twice, never or from elsewhere. */
import { describe, expect, it } from 'vitest';
import { concat, EMPTY } from '../../src/bytes/index.ts';
import { type Request, TlsConnection } from '../../src/tls/index.ts';
import { keyOfLeaf } from '../support/credentials.ts';
import { settle } from '../support/engines.ts';
import { records } from './forge.ts';
import { clientConfig, clientCredential, credential, serverConfig } from './scenarios.ts';

const move = (from: TlsConnection, to: TlsConnection) => to.receive(concat(from.takeOutput()));
const pending = <N extends Request['name']>(engine: TlsConnection, name: N) => {
  const { request } = engine;
  if (request?.name !== name) throw new Error(`${request?.name ?? 'nothing'} is asked, not ${name}`);
  return request as Extract<Request, { name: N }>;
};
const leafKeyOf = (request: Extract<Request, { name: 'peer_key' }>) => keyOfLeaf(request.question.leaf);

/** A client that waits for the key of the server's leaf. */
function waitingClient() {
  const client = TlsConnection.client(clientConfig());
  const server = TlsConnection.server(serverConfig());
  move(client, server);
  move(server, client);
  return { client, server, request: pending(client, 'peer_key') };
}

/** A server that waits for the key of the client's leaf, with the client's Finished and data behind. */
function waitingServer(data: Uint8Array = Buffer.from('early')) {
  const client = TlsConnection.client(clientConfig({ credential: clientCredential }));
  const server = TlsConnection.server(serverConfig({ clientCertificate: 'require' }));
  move(client, server);
  move(server, client);
  settle(client);
  client.write(data);
  move(client, server);
  return { client, server, request: pending(server, 'peer_key') };
}

describe('input behind a request', () => {
  it('waits for the verdict, data included', () => {
    const { client, server, request } = waitingServer();
    expect(client.handshakeComplete).toBe(true);
    expect([server.handshakeComplete, server.takeData(), server.takeOutput()]).toEqual([false, [], []]);
    server.answer(request, leafKeyOf(request));
    const verdict = pending(server, 'verdict');
    client.write(Buffer.from(' and late'));
    move(client, server);
    expect([server.handshakeComplete, server.takeData(), server.writable]).toEqual([false, [], false]);
    expect(server.bufferedInput).toBeGreaterThan(0);
    expect(() => server.write(Uint8Array.of(1))).toThrow(expect.objectContaining({ code: 'CONNECTION_CLOSED' }));
    server.answer(verdict, { accepted: true });
    expect(server.handshakeComplete).toBe(true);
    expect(Buffer.concat(server.takeData()).toString()).toBe('early and late');
  });

  it('is never handed out when the verdict refuses', () => {
    const { client, server, request } = waitingServer();
    server.answer(request, leafKeyOf(request));
    server.answer(pending(server, 'verdict'), { accepted: false, alert: 'bad_certificate', reason: 'test' });
    expect(server.error).toMatchObject({ code: 'CERTIFICATE_REJECTED', alert: 'bad_certificate' });
    expect([server.handshakeComplete, server.takeData(), server.request]).toEqual([false, [], undefined]);
    expect(records(concat(server.takeOutput())).length).toBe(1);
    client.write(Uint8Array.of(1));
    move(client, server);
    expect([server.takeData(), server.takeOutput()]).toEqual([[], []]);
  });

  it('is read when the transport has ended meanwhile, and the end told then', () => {
    const { client, server, request } = waitingServer();
    client.close();
    move(client, server);
    server.receiveEnd();
    expect([server.error, server.readClosed]).toEqual([undefined, false]);
    server.answer(request, leafKeyOf(request));
    server.answer(pending(server, 'verdict'), { accepted: true });
    expect([server.error, server.readClosed, server.handshakeComplete]).toEqual([undefined, true, true]);
    expect(Buffer.concat(server.takeData()).toString()).toBe('early');
  });

  it('that was cut off is a truncation once it is read', () => {
    const { server, request } = waitingServer();
    server.receiveEnd();
    server.receive(Uint8Array.of(21, 3, 3, 0, 2, 1, 0));
    server.answer(request, leafKeyOf(request));
    server.answer(pending(server, 'verdict'), { accepted: true });
    expect(server.error).toMatchObject({ code: 'CONNECTION_TRUNCATED', alert: null, fault: 'peer' });
    expect(Buffer.concat(server.takeData()).toString()).toBe('early');
    const client = waitingClient();
    client.client.receiveEnd();
    client.client.answer(client.request, leafKeyOf(client.request));
    expect(pending(client.client, 'verdict').question.serverName).toBe('server.test');
    client.client.answer(pending(client.client, 'verdict'), { accepted: true });
    expect([client.client.error?.code, client.client.writable]).toEqual(['CONNECTION_TRUNCATED', false]);
  });
});

describe('while a request waits, an end', () => {
  it.each<[string, (engine: TlsConnection) => void, number]>([
    ['aborts', (engine) => engine.abort('internal_error', 'test'), 1],
    ['closes', (engine) => engine.close(), 2],
  ])('that %s is over, and its answer changes nothing', (_, act, alerts) => {
    for (const { client, server, request } of [waitingClient(), waitingServer()]) {
      const engine = client.request === request ? client : server;
      engine.takeOutput();
      act(engine);
      expect(engine.error).toMatchObject({ code: 'CONNECTION_CLOSED', fault: 'local' });
      expect(engine.request).toBeUndefined();
      expect(records(concat(engine.takeOutput())).length).toBe(alerts);
      engine.answer(request, leafKeyOf(request));
      expect([engine.handshakeComplete, engine.takeData(), engine.takeOutput()]).toEqual([false, [], []]);
    }
  });

  it('sends nothing of its own', () => {
    const { client } = waitingClient();
    client.takeOutput();
    expect(client.takeOutput()).toEqual([]);
    expect(() => client.updateKeys()).toThrow(expect.objectContaining({ code: 'CONNECTION_CLOSED' }));
    expect(() => client.exportKeyingMaterial('label', EMPTY, 1)).toThrow(
      expect.objectContaining({ code: 'CONNECTION_CLOSED' }),
    );
  });
});

describe('an answer', () => {
  it('given twice is refused, and the connection goes on', () => {
    const { client, request } = waitingClient();
    client.answer(request, leafKeyOf(request));
    expect(() => client.answer(request, leafKeyOf(request))).toThrow(/no peer_key request is pending/);
    const verdict = pending(client, 'verdict');
    client.answer(verdict, { accepted: true });
    expect(() => client.answer(verdict, { accepted: false, alert: 'unknown_ca', reason: '' })).toThrow(
      /no verdict request is pending/,
    );
    expect([client.error, client.handshakeComplete]).toEqual([undefined, true]);
  });

  it.each(['of another connection', 'a copy', 'made up'])('to a request that is %s is refused', (which) => {
    const { client, request } = waitingClient();
    const other = waitingClient();
    const foreign = { 'of another connection': other.request, 'a copy': { ...request } }[which];
    const accepted = { accepted: true } as const;
    const verdict = { name: 'verdict', question: { chain: [], serverName: undefined, resumed: false } } as const;
    if (foreign === undefined) expect(() => client.answer(verdict, accepted)).toThrow(/no verdict request is pending/);
    else expect(() => client.answer(foreign, leafKeyOf(request))).toThrow(/no peer_key request is pending/);
    expect(client.request).toBe(request);
    settle(client);
    expect([client.error, client.handshakeComplete]).toEqual([undefined, true]);
  });

  it('may come late to any question of a server', () => {
    const remote = { ...credential, key: { remote: true, schemes: credential.key.schemes } } as const;
    const client = TlsConnection.client(clientConfig());
    const server = TlsConnection.server(serverConfig({ credentials: 'ask' }));
    move(client, server);
    expect(server.takeOutput()).toEqual([]);
    server.answer(pending(server, 'client_hello'), remote);
    const sign = pending(server, 'sign');
    client.receive(concat(server.takeOutput()));
    settle(client);
    expect([client.error, client.handshakeComplete]).toEqual([undefined, false]);
    server.answer(sign, credential.key.sign(sign.question.scheme, sign.question.data));
    move(server, client);
    settle(client);
    move(client, server);
    expect([client.handshakeComplete, server.handshakeComplete]).toEqual([true, true]);
  });

  it.each(['', 'x'.repeat(256)])('with a protocol that ALPN can not carry ends the handshake: %j', (protocol) => {
    const client = TlsConnection.client(clientConfig({ alpn: ['h2'] }));
    const server = TlsConnection.server(serverConfig({ credentials: 'ask' }));
    move(client, server);
    server.answer(pending(server, 'client_hello'), { credentials: [credential], alpn: [protocol] });
    expect(server.error).toMatchObject({ code: 'BAD_CONFIGURATION', alert: 'internal_error', fault: 'local' });
    move(server, client);
    expect(client.error).toMatchObject({ received: 'internal_error' });
  });

  it('that no signature could be made ends the handshake', () => {
    const remote = { ...credential, key: { remote: true, schemes: credential.key.schemes } } as const;
    const client = TlsConnection.client(clientConfig());
    const server = TlsConnection.server(serverConfig({ credentials: [remote] }));
    move(client, server);
    server.answer(pending(server, 'sign'), null);
    expect(server.error).toMatchObject({ code: 'INTERNAL', alert: 'internal_error', fault: 'local' });
    move(server, client);
    settle(client);
    expect(client.error).toMatchObject({ code: 'ALERT_RECEIVED', received: 'internal_error' });
  });
});
