import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bytes/index.ts';
import type { AeadName, GroupName, KeyType } from '../../src/crypto/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import {
  type ClientConfig,
  type Request,
  type ServerConfig,
  TlsConnection,
  type TlsEvent,
} from '../../src/tls/index.ts';
import { TLS13_SUITES } from '../../src/tls/registry/cipher-suites.ts';
import { selfSigned } from '../support/credentials.ts';
import { type Answers, exchange, settle } from '../support/engines.ts';

const credential = selfSigned('secp256r1');
const bytes = (text: string) => new TextEncoder().encode(text);
const hexOf = (value: Uint8Array | undefined) => toHex(value ?? new Uint8Array(0));
const leafOf = (end: TlsConnection) => hexOf(end.info.peerCertificates?.[0]?.der);
const text = (parts: Uint8Array[]) => Buffer.concat(parts).toString();

function pair(client: Partial<ClientConfig> = {}, server: Partial<ServerConfig> = {}, answers: Answers = {}) {
  const c = TlsConnection.client({ crypto: nodeCrypto, serverName: 'server.test', ...client });
  const s = TlsConnection.server({ crypto: nodeCrypto, credentials: [credential], ...server });
  exchange(c, s, answers);
  return { client: c, server: s };
}

function expectConnected({ client, server }: { client: TlsConnection; server: TlsConnection }) {
  expect(client.error).toBeUndefined();
  expect(server.error).toBeUndefined();
  expect(client.handshakeComplete && server.handshakeComplete).toBe(true);
  client.write(bytes('ping'));
  server.write(bytes('pong'));
  exchange(client, server);
  return { atServer: server.takeData(), atClient: client.takeData() };
}

function expectEcho(ends: { client: TlsConnection; server: TlsConnection }) {
  const { atServer, atClient } = expectConnected(ends);
  expect(text(atServer)).toBe('ping');
  expect(text(atClient)).toBe('pong');
}

describe('TLS 1.3 between two engines', () => {
  it('connects with defaults and agrees on every parameter', () => {
    const ends = pair({ alpn: ['h2', 'http/1.1'] }, { alpn: ['http/1.1'] });
    expectEcho(ends);
    expect(ends.client.info).toMatchObject({ version: 'TLS 1.3', alpn: 'http/1.1', serverNameAcknowledged: true });
    expect(ends.server.info).toMatchObject({ serverName: 'server.test', alpn: 'http/1.1', helloRetryRequest: false });
    expect(ends.client.info.group).toBe(ends.server.info.group);
  });

  it.each(Object.values(TLS13_SUITES).filter(({ aead }) => nodeCrypto.capabilities.aeads.includes(aead as AeadName)))(
    'uses $name',
    ({ name }) => {
      const ends = pair({ cipherSuites: [name] }, { cipherSuites: [name] });
      expectEcho(ends);
      expect(ends.server.info.cipherSuite).toBe(name);
    },
  );

  it.each(nodeCrypto.capabilities.groups)('agrees on a key with %s', (group: GroupName) => {
    const ends = pair({ groups: [group] }, { groups: [group] });
    expectEcho(ends);
    expect(ends.client.info.group).toBe(group);
  });

  it.each<KeyType>(['secp256r1', 'secp384r1', 'secp521r1', 'ed25519', 'ed448', 'rsa', 'rsa-pss'])(
    'authenticates with a %s key',
    (type) => {
      const own = selfSigned(type);
      for (const scheme of own.key.schemes.filter((name) => !name.startsWith('rsa_pkcs1'))) {
        const ends = pair({ signatureSchemes: [scheme] }, { credentials: [own] });
        expectEcho(ends);
        expect(ends.client.info.peerSignatureScheme).toBe(scheme);
      }
    },
  );

  it('never signs a handshake with PKCS#1, even if nothing else is offered', () => {
    const { key, ...rest } = selfSigned('rsa');
    const pkcs1 = { ...rest, key: { ...key, schemes: ['rsa_pkcs1_sha256'] as const } };
    const { client, server } = pair({ versions: ['TLS 1.3'] }, { credentials: [pkcs1] });
    expect(server.error).toMatchObject({ code: 'NO_COMMON_SIGNATURE_SCHEME', alert: 'handshake_failure' });
    expect(client.error).toMatchObject({ code: 'ALERT_RECEIVED', received: 'handshake_failure' });
  });

  it.each([true, false])('retries for a group without a share, cookie %s', (cookie) => {
    const ends = pair({ groups: ['x25519', 'secp384r1'] }, { groups: ['secp384r1'], cookie });
    expectEcho(ends);
    expect(ends.client.info).toMatchObject({ group: 'secp384r1', helloRetryRequest: true });
  });

  it('retries for a client that sends no share at all', () => {
    const ends = pair({ keyShares: [] });
    expectEcho(ends);
    expect(ends.server.info.helloRetryRequest).toBe(true);
  });

  it('does without middlebox compatibility', () => {
    const events: TlsEvent[] = [];
    expectEcho(pair({ middleboxCompatibility: false, trace: (event) => events.push(event) }));
    expect(events.some((event) => event.kind === 'record' && event.contentType === 'change_cipher_spec')).toBe(false);
  });

  it('exports the same keying material on both sides, bound to label, context and length', () => {
    const { client, server } = pair();
    const exported = (end: TlsConnection, label: string, context?: Uint8Array) =>
      toHex(end.exportKeyingMaterial(label, context, 40));
    expect(exported(client, 'EXPERIMENTAL a')).toBe(exported(server, 'EXPERIMENTAL a'));
    expect(exported(client, 'EXPERIMENTAL a')).not.toBe(exported(client, 'EXPERIMENTAL b'));
    expect(exported(client, 'EXPERIMENTAL a', bytes('x'))).not.toBe(exported(client, 'EXPERIMENTAL a'));
    expect(exported(client, 'EXPERIMENTAL a', bytes(''))).toBe(exported(server, 'EXPERIMENTAL a'));
  });

  it('writes the same key log on both sides', () => {
    const logs: [string[], string[]] = [[], []];
    pair({ keyLog: (line) => logs[0].push(line) }, { keyLog: (line) => logs[1].push(line) });
    expect(logs[0].length).toBe(5);
    expect([...logs[0]].sort()).toEqual([...logs[1]].sort());
    expect(logs[0].map((line) => line.split(' ')[0])).toContain('CLIENT_TRAFFIC_SECRET_0');
  });

  it('keeps secret values out of events unless asked', () => {
    const plain: TlsEvent[] = [];
    const open: TlsEvent[] = [];
    pair({ trace: (event) => plain.push(event) }, { trace: (event) => open.push(event), traceSecrets: true });
    const secrets = (events: TlsEvent[]) => events.filter((event) => event.kind === 'secret');
    expect(secrets(plain).length).toBeGreaterThan(0);
    expect(secrets(plain).every((event) => !('value' in event))).toBe(true);
    expect(secrets(open).every((event) => 'value' in event)).toBe(true);
  });
});

describe('certificates', () => {
  const client25519 = selfSigned('ed25519', ['client.test']);

  it('chooses by server name, wildcards included, and falls back to the first', () => {
    const a = selfSigned('secp256r1', ['a.test']);
    const b = selfSigned('secp256r1', ['*.b.test']);
    const chosen = (serverName: string) => leafOf(pair({ serverName }, { credentials: [a, b] }).client);
    expect(chosen('a.test')).toBe(hexOf(a.chain[0]));
    expect(chosen('www.B.test')).toBe(hexOf(b.chain[0]));
    expect(chosen('x.www.b.test')).toBe(hexOf(a.chain[0]));
    expect(chosen('other.test')).toBe(hexOf(a.chain[0]));
  });

  it('chooses by signature scheme among certificates for one name', () => {
    const credentials = [selfSigned('rsa'), selfSigned('secp256r1')];
    const ends = pair({ signatureSchemes: ['ecdsa_secp256r1_sha256'] }, { credentials });
    expect(ends.client.info.peerSignatureScheme).toBe('ecdsa_secp256r1_sha256');
  });

  it('refuses an unknown name when told to', () => {
    const { client, server } = pair({ serverName: 'other.test' }, { rejectUnknownName: true });
    expect(server.error).toMatchObject({ code: 'NO_CERTIFICATE_FOR_NAME', alert: 'unrecognized_name' });
    expect(client.error).toMatchObject({ received: 'unrecognized_name' });
  });

  it('asks for the credential and goes on with the answer', () => {
    expectEcho(pair({}, { credentials: 'ask' }, { credential }));
    expect(pair({}, { credentials: 'ask' }, { credential: null }).server.error).toMatchObject({
      code: 'NO_CERTIFICATE_FOR_NAME',
    });
  });

  it('asks for a signature by a remote key', () => {
    const remote = { ...credential, key: { remote: true, schemes: credential.key.schemes } } as const;
    const client = TlsConnection.client({ crypto: nodeCrypto, serverName: 'server.test' });
    const server = TlsConnection.server({ crypto: nodeCrypto, credentials: [remote] });
    for (const part of client.takeOutput()) server.receive(part);
    const { request } = server;
    expect(request?.name).toBe('sign');
    if (request?.name !== 'sign') return;
    server.answer(request, credential.key.sign(request.question.scheme, request.question.data));
    exchange(client, server);
    expectEcho({ client, server });
  });

  it('rejects a chain with the alert that the verdict names, before any application data', () => {
    const verdict = { accepted: false, alert: 'unknown_ca', reason: 'nobody knows it' } as const;
    const { client, server } = pair({}, {}, { verdict });
    expect(client.error).toMatchObject({ code: 'CERTIFICATE_REJECTED', alert: 'unknown_ca', fault: 'peer' });
    expect(client.handshakeComplete).toBe(false);
    expect(server.error).toMatchObject({ code: 'ALERT_RECEIVED', received: 'unknown_ca', fault: 'local' });
    expect(server.handshakeComplete).toBe(false);
  });

  it('staples an OCSP response and SCTs to those who ask', () => {
    const stapled = { ...credential, ocspResponse: bytes('staple'), scts: [bytes('sct one'), bytes('sct two')] };
    const asked = pair({}, { credentials: [stapled] }).client.info.peerCertificates?.[0];
    expect(text([asked?.ocspResponse ?? bytes('')])).toBe('staple');
    expect(asked?.scts?.map((sct) => text([sct]))).toEqual(['sct one', 'sct two']);
    const config = { requestOcsp: false, requestScts: false };
    const unasked = pair(config, { credentials: [stapled] }).client.info.peerCertificates?.[0];
    expect(Object.keys(unasked ?? {})).toEqual(['der']);
  });

  it.each(['request', 'require'] as const)('takes a client certificate that it %ss', (clientCertificate) => {
    const own = selfSigned('ed25519', ['client.test']);
    const authority = Uint8Array.of(0x30, 0);
    const ends = pair({ credential: own }, { clientCertificate, certificateAuthorities: [authority] });
    expectEcho(ends);
    expect(leafOf(ends.server)).toBe(hexOf(own.chain[0]));
    expect(ends.server.info.peerSignatureScheme).toBe('ed25519');
    expect(ends.client.info.certificateRequest?.certificateAuthorities.map((name) => toHex(name))).toEqual([
      toHex(authority),
    ]);
  });

  it('asks the application for a client certificate', () => {
    const own = selfSigned('secp256r1', ['client.test']);
    const ends = pair({ credential: 'ask' }, { clientCertificate: 'require' }, { clientCertificate: own });
    expectEcho(ends);
    expect(leafOf(ends.server)).toBe(hexOf(own.chain[0]));
  });

  it('tells apart the schemes of the handshake and of the chain, both ways', () => {
    const signatureSchemesCert = ['rsa_pkcs1_sha256'] as const;
    const seen: Request[] = [];
    const client = TlsConnection.client({ crypto: nodeCrypto, serverName: 'server.test', signatureSchemesCert });
    const server = TlsConnection.server({ crypto: nodeCrypto, credentials: 'ask' });
    for (const part of client.takeOutput()) server.receive(part);
    if (server.request !== undefined) seen.push(server.request);
    expect(seen[0]?.question).toMatchObject({ signatureSchemesCert: [0x0401] });
    const older = pair({}, { clientCertificate: 'request', versions: ['TLS 1.2'] }).client.info.certificateRequest;
    expect(older?.certificateTypes).toEqual([1, 64]);
    const asked = pair({}, { clientCertificate: 'request', signatureSchemesCert }).client.info.certificateRequest;
    expect(asked?.signatureSchemesCert).toEqual([0x0401]);
    expect(asked?.signatureSchemes).toContain(0x0403);
  });

  it.each([client25519, 'ask'] as const)('may have to be one that fits (%#)', (credential) => {
    const asked = { clientCertificate: 'request', signatureSchemes: ['ecdsa_secp256r1_sha256'] } as const;
    const answers = { clientCertificate: client25519 };
    const [free, bound] = [false, true].map((requireCredential) =>
      pair({ credential, requireCredential }, asked, answers),
    );
    expect([free?.client.handshakeComplete, free?.server.info.peerCertificates]).toEqual([true, undefined]);
    expect(bound?.client.error).toMatchObject({ code: 'NO_COMMON_SIGNATURE_SCHEME', alert: 'handshake_failure' });
    expect(bound?.server.error).toMatchObject({ received: 'handshake_failure' });
    // Where there is none at all, none is sent.
    const none = pair(
      { credential, requireCredential: true },
      { clientCertificate: 'request' },
      { clientCertificate: null },
    );
    expect(none.client.handshakeComplete).toBe(true);
  });

  it('sends an empty certificate, which is taken where none is required', () => {
    expectEcho(pair({}, { clientCertificate: 'request' }));
    const { client, server } = pair({}, { clientCertificate: 'require' });
    expect(server.error).toMatchObject({ code: 'CERTIFICATE_REQUIRED', alert: 'certificate_required' });
    // The client had finished before the server could object (RFC 8446 section 4.4.2.4).
    expect(client.error).toMatchObject({ code: 'ALERT_RECEIVED', received: 'certificate_required' });
  });

  it('sends an empty certificate when its key fits none of the schemes asked for', () => {
    const own = selfSigned('ed448', ['client.test']);
    const ends = pair({ credential: own }, { clientCertificate: 'request', signatureSchemes: ['ed25519'] });
    expectEcho(ends);
    expect(ends.server.info.peerCertificates).toBeUndefined();
  });
});

describe('after the handshake', () => {
  it.each([false, true])('updates keys, asking the peer: %s', (request) => {
    const events: TlsEvent[] = [];
    const ends = pair({ trace: (event) => events.push(event) });
    for (let round = 0; round < 3; round++) {
      ends.client.updateKeys(request);
      exchange(ends.client, ends.server);
      expectEcho(ends);
    }
    const updates = events.filter((event) => event.kind === 'message' && event.name === 'key_update');
    expect(updates.map((event) => (event.kind === 'message' ? event.direction : ''))).toEqual(
      request ? ['sent', 'received', 'sent', 'received', 'sent', 'received'] : ['sent', 'sent', 'sent'],
    );
  });

  it('answers many requests for new keys with one KeyUpdate, before its next data (RFC 8446 section 4.6.3)', () => {
    const events: TlsEvent[] = [];
    const ends = pair({}, { trace: (event) => events.push(event) });
    for (let round = 0; round < 5; round++) ends.client.updateKeys(true);
    exchange(ends.client, ends.server);
    const sent = () =>
      events.filter((event) => event.kind === 'message' && event.direction === 'sent' && event.name === 'key_update');
    expect(sent().length).toBe(0);
    expectEcho(ends);
    expectEcho(ends);
    expect(sent().length).toBe(1);
  });

  it('calls too many KeyUpdates without data a flood', () => {
    const ends = pair();
    for (let round = 0; round < 33; round++) ends.client.updateKeys();
    exchange(ends.client, ends.server);
    expect(ends.server.error).toMatchObject({ code: 'LIMIT_EXCEEDED', alert: 'unexpected_message', fault: 'peer' });
  });

  it('updates keys by itself before one has protected too much', () => {
    const events: TlsEvent[] = [];
    const ends = pair({ keyUpdateAfter: 3, trace: (event) => events.push(event) });
    for (let round = 0; round < 10; round++) expectEcho(ends);
    const updates = events.filter((event) => event.kind === 'message' && event.name === 'key_update');
    expect(updates.length).toBe(3);
  });

  it('closes each direction for itself', () => {
    const { client, server } = pair();
    client.close();
    exchange(client, server);
    expect([client.writable, server.readClosed, server.writable]).toEqual([false, true, true]);
    server.write(bytes('still here'));
    server.close();
    exchange(client, server);
    expect(text(client.takeData())).toBe('still here');
    client.receiveEnd();
    expect([client.readClosed, client.error]).toEqual([true, undefined]);
    expect(() => client.write(bytes('x'))).toThrow(expect.objectContaining({ code: 'CONNECTION_CLOSED' }));
  });

  it('calls an end without close_notify a truncation', () => {
    const { client } = pair();
    client.receiveEnd();
    expect(client.error).toMatchObject({ code: 'CONNECTION_TRUNCATED', alert: null });
  });

  it.each([64, 500, 16_385])('honours a record_size_limit of %d both ways', (recordSizeLimit) => {
    const sizes: number[] = [];
    const trace = (event: TlsEvent) => {
      if (event.kind === 'record' && event.innerType) sizes.push(event.contentLength + event.padding + 1);
    };
    const ends = pair({ recordSizeLimit, trace }, { recordSizeLimit });
    const data = new Uint8Array(40_000).fill(7);
    ends.client.write(data);
    ends.server.write(data);
    exchange(ends.client, ends.server);
    expect(Buffer.concat(ends.server.takeData()).equals(data)).toBe(true);
    expect(Buffer.concat(ends.client.takeData()).equals(data)).toBe(true);
    expect(Math.max(...sizes)).toBe(recordSizeLimit);
  });

  it.each([
    [64, 'TLS 1.3'],
    [1000, 'TLS 1.3'],
    [16_384, 'TLS 1.3'],
    [64, 'TLS 1.2'],
    [1000, 'TLS 1.2'],
  ] as const)('sends records of at most %d bytes of content when told to, %s', (maxFragment, version) => {
    const sizes: Record<string, number[]> = { sent: [], received: [] };
    const trace = (event: TlsEvent) => {
      if (event.kind === 'record') sizes[event.direction]?.push(event.contentLength);
    };
    const ends = pair({ maxFragment, trace, versions: [version] }, {});
    const data = new Uint8Array(40_000).fill(7);
    ends.client.write(data);
    ends.server.write(data);
    exchange(ends.client, ends.server);
    expect(Buffer.concat(ends.server.takeData()).equals(data)).toBe(true);
    expect(Math.max(...(sizes.sent ?? []))).toBe(maxFragment);
    expect(Math.max(...(sizes.received ?? []))).toBe(16_384);
  });

  it('sends less where the peer takes less', () => {
    const sizes: number[] = [];
    const trace = (event: TlsEvent) => {
      if (event.kind === 'record' && event.direction === 'sent' && event.innerType) sizes.push(event.contentLength);
    };
    const { client } = pair({ maxFragment: 1000, trace, recordSizeLimit: 5000 }, { recordSizeLimit: 300 });
    client.write(new Uint8Array(2000));
    expect(Math.max(...sizes)).toBe(299);
  });

  it('pads records when told to and removes padding always', () => {
    const padding: number[] = [];
    const trace = (event: TlsEvent) => {
      if (event.kind === 'record' && event.direction === 'received' && event.innerType) padding.push(event.padding);
    };
    expectEcho(pair({ padTo: 512 }, { trace }));
    expect(padding.every((length) => length > 0)).toBe(true);
  });

  it('reads records however they are cut', () => {
    const client = TlsConnection.client({ crypto: nodeCrypto, serverName: 'server.test' });
    const server = TlsConnection.server({ crypto: nodeCrypto, credentials: [credential] });
    const carry = (from: TlsConnection, to: TlsConnection, size: number) => {
      const all = Buffer.concat(from.takeOutput());
      for (let at = 0; at < all.length; at += size) {
        to.receive(Uint8Array.prototype.slice.call(all, at, at + size));
        settle(to);
      }
      return all.length > 0;
    };
    for (const size of [1, 2, 3, 7]) {
      while (carry(client, server, size) || carry(server, client, size));
    }
    expectEcho({ client, server });
  });
});

describe('configuration', () => {
  const base = { crypto: nodeCrypto } as const;
  it.each<[string, Partial<ClientConfig>]>([
    ['an address as server name', { serverName: '192.0.2.1' }],
    ['an IPv6 address as server name', { serverName: '2001:db8::1' }],
    ['a trailing dot', { serverName: 'server.test.' }],
    ['an empty server name', { serverName: '' }],
    ['no groups', { groups: [] }],
    ['no suites', { cipherSuites: [] }],
    ['a share outside the groups', { groups: ['x25519'], keyShares: ['secp256r1'] }],
    ['an empty protocol', { alpn: [''] }],
    ['a long protocol', { alpn: ['x'.repeat(256)] }],
    ['a small record size', { recordSizeLimit: 63 }],
    ['a large record size', { recordSizeLimit: 16_386 }],
    ['a negative padding', { padTo: -1 }],
    ['a small fragment', { maxFragment: 63 }],
    ['a large fragment', { maxFragment: 16_385 }],
    ['a zero key usage', { keyUpdateAfter: 0 }],
  ])('refuses %s before anything is sent', (_, config) => {
    expect(() => TlsConnection.client({ ...base, ...config })).toThrow(
      expect.objectContaining({ code: 'BAD_CONFIGURATION', fault: 'local' }),
    );
  });

  it('refuses a server without credentials, and names that the provider lacks', () => {
    expect(() => TlsConnection.server({ ...base, credentials: [] })).toThrow(/credentials is empty/);
    const poor = { ...nodeCrypto, capabilities: { ...nodeCrypto.capabilities, groups: ['x25519'] as const } };
    expect(() => TlsConnection.client({ crypto: poor, groups: ['secp256r1'] })).toThrow(/not available/);
  });
});
