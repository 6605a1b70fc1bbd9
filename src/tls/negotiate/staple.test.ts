import { describe, expect, it } from 'vitest';
import { exchange } from '../../../test/support/engines.ts';
import { clientConfig, clientCredential, credential, serverConfig } from '../../../test/tls/scenarios.ts';
import { concat } from '../../bytes/index.ts';
import { TlsConnection } from '../index.ts';
import type { VersionName } from '../registry/versions.ts';

const STAPLE = Uint8Array.of(0x30, 0);
const asking = { ...credential, ocspResponse: 'ask' } as const;

describe.each<VersionName>(['TLS 1.3', 'TLS 1.2'])('a credential that asks for its staple, %s', (version) => {
  const versions = [version] as const;

  it('is asked about while the handshake waits', () => {
    const client = TlsConnection.client(clientConfig({ versions }));
    const server = TlsConnection.server(serverConfig({ versions, credentials: [asking] }));
    server.receive(concat(client.takeOutput()));
    const { request } = server;
    if (request?.name !== 'staple') throw new Error(`${request?.name} is asked`);
    expect(request.question.credential.chain).toBe(credential.chain);
    server.answer(request, STAPLE);
    exchange(client, server);
    expect(client.info.peerCertificates?.[0]?.ocspResponse).toEqual(STAPLE);
    expect(server.handshakeComplete).toBe(true);
  });

  it.each([null, new Uint8Array(0)])('goes on without one for %j', (answer) => {
    const client = TlsConnection.client(clientConfig({ versions }));
    const server = TlsConnection.server(serverConfig({ versions, credentials: [asking] }));
    server.receive(concat(client.takeOutput()));
    const { request } = server;
    if (request?.name !== 'staple') throw new Error(`${request?.name} is asked`);
    server.answer(request, answer);
    exchange(client, server);
    expect(client.info.peerCertificates?.[0]).not.toHaveProperty('ocspResponse');
    expect(client.handshakeComplete).toBe(true);
  });

  it('asks nobody where the client wants none', () => {
    const client = TlsConnection.client(clientConfig({ versions, requestOcsp: false }));
    const server = TlsConnection.server(serverConfig({ versions, credentials: [asking] }));
    server.receive(concat(client.takeOutput()));
    expect(server.request).toBeUndefined();
  });
});

it('a server does not want a staple of clients, and none is asked for', () => {
  const client = TlsConnection.client(clientConfig({ credential: { ...clientCredential, ocspResponse: 'ask' } }));
  const server = TlsConnection.server(serverConfig({ clientCertificate: 'require' }));
  exchange(client, server);
  expect([client.handshakeComplete, server.handshakeComplete]).toEqual([true, true]);
});
