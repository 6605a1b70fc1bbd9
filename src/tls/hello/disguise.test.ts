import { describe, expect, it } from 'vitest';
import { deliver, levelClient, levelServer } from '../../../test/support/levels.ts';
import { firstSessions, resuming, sessionEnds } from '../../../test/support/sessions.ts';
import { decoded, replacing } from '../../../test/tls/hellos.ts';
import { clientConfig, serverConfig } from '../../../test/tls/scenarios.ts';
import { EMPTY } from '../../bytes/index.ts';
import type { ClientConfig } from '../config.ts';
import { extension } from '../extensions/block.ts';
import { keyShare } from '../extensions/key-share.ts';
import { signatureAlgorithms } from '../extensions/signature-algorithms.ts';
import { supportedGroups } from '../extensions/supported-groups.ts';
import { supportedVersions } from '../extensions/supported-versions.ts';
import { encodeEncryptedExtensions } from '../messages/encrypted-extensions.ts';
import { encodeHelloRetryRequest, encodeServerHello } from '../messages/server-hello.ts';
import { EXTENSION_TYPES, isGrease } from '../registry/extension-types.ts';

const hello = (bytes: Uint8Array | undefined) => decoded('client_hello', bytes ?? EMPTY);
const helloOf = (config: Partial<ClientConfig>) => hello(levelClient(clientConfig(config)).outbox[0]?.bytes);

/** A handshake, with the hellos of the client. */
function run(client: ClientConfig, server = serverConfig()) {
  const ends = { client: levelClient(client), server: levelServer(server) };
  const hellos: ReturnType<typeof hello>[] = [];
  for (let turn = 0; turn < 4; turn++) {
    for (const message of ends.client.outbox.splice(0)) {
      if (message.bytes[0] === 1) hellos.push(hello(message.bytes));
      deliver(ends.server, message);
    }
    for (const message of ends.server.outbox.splice(0)) deliver(ends.client, message);
  }
  expect([ends.client.handshake.connected, ends.server.handshake.connected]).toEqual([true, true]);
  return hellos;
}

const retrying = { groups: ['x25519', 'secp256r1'] } as const;
const retried = serverConfig({ groups: ['secp256r1'] });

describe('GREASE', () => {
  it('stands in suites, groups, shares, schemes, versions and in two extensions, each a reserved value', () => {
    for (let i = 0; i < 50; i++) {
      const { cipherSuites, extensions } = helloOf({ grease: true, groups: ['x25519', 'secp256r1'] });
      expect(cipherSuites.map(isGrease)).toEqual([true, ...Array(9).fill(false)]);
      expect(extensions.get(supportedGroups.clientHello)?.map(isGrease).filter(Boolean)).toEqual([true]);
      expect(extensions.get(supportedVersions.clientHello)?.map(isGrease)).toContain(true);
      expect(extensions.get(signatureAlgorithms.clientHello)?.map(isGrease).filter(Boolean)).toEqual([true]);
      const [share, ...others] = extensions.get(keyShare.clientHello) ?? [];
      expect([isGrease(share?.group ?? 0), share?.keyExchange.length, others.length]).toEqual([true, 1, 1]);
      expect(share?.group).toBe(extensions.get(supportedGroups.clientHello)?.[0]);
      const added = extensions.raw.filter(({ id }) => isGrease(id));
      expect(added.map(({ data }) => data.length)).toEqual([0, 1]);
      expect(new Set(added.map(({ id }) => id)).size).toBe(2);
    }
  });

  it('is none unless configured', () => {
    const { cipherSuites, extensions } = helloOf({});
    expect([...cipherSuites, ...extensions.ids()].some(isGrease)).toBe(false);
  });

  it('stays the same in the second ClientHello, but for the share that it has no more', () => {
    const [first, second] = run(clientConfig({ ...retrying, grease: true }), retried);
    expect(second?.cipherSuites).toEqual(first?.cipherSuites);
    expect(second?.extensions.ids()).toEqual(
      first?.extensions
        .ids()
        .toSpliced(first.extensions.ids().indexOf(EXTENSION_TYPES.key_share), 0, EXTENSION_TYPES.cookie),
    );
    expect(second?.extensions.get(keyShare.clientHello)?.map(({ group }) => group)).toEqual([23]);
  });

  it('keeps its share when only a cookie was asked for', () => {
    const client = levelClient(clientConfig({ grease: true }));
    const first = hello(client.outbox.splice(0)[0]?.bytes);
    const retry = encodeHelloRetryRequest({
      legacyVersion: 0x0303,
      legacySessionIdEcho: first.legacySessionId,
      cipherSuite: 0x1301,
      legacyCompressionMethod: 0,
      extensions: [
        extension(supportedVersions.helloRetryRequest, 0x0304),
        { id: EXTENSION_TYPES.cookie, data: Uint8Array.of(0, 1, 7) },
      ],
    });
    deliver(client, { level: 'initial', bytes: retry });
    const second = hello(client.outbox[0]?.bytes);
    expect(second.extensions.get(keyShare.clientHello)).toEqual(first.extensions.get(keyShare.clientHello));
  });

  const refused = (change: (reserved: ReturnType<typeof hello>) => object) => {
    const client = levelClient(clientConfig({ grease: true }));
    const server = levelServer(serverConfig());
    const [first] = client.outbox;
    if (first === undefined) throw new Error('no ClientHello');
    deliver(server, first);
    const message = decoded('server_hello', server.outbox[0]?.bytes ?? EMPTY);
    const plain = { ...message, extensions: message.extensions.raw };
    const bytes = encodeServerHello({ ...plain, ...change(hello(first.bytes)) });
    return () => deliver(client, { level: 'initial', bytes });
  };

  it.each<[string, (reserved: ReturnType<typeof hello>) => object, string]>([
    ['suite', ({ cipherSuites }) => ({ cipherSuite: cipherSuites[0] }), 'ILLEGAL_PARAMETER'],
    [
      'version',
      ({ extensions }) => {
        const version = extensions.get(supportedVersions.clientHello)?.find(isGrease) ?? 0;
        return { extensions: [extension(supportedVersions.serverHello, version)] };
      },
      'ILLEGAL_PARAMETER',
    ],
    [
      'group',
      ({ extensions }) => {
        const group = extensions.get(supportedGroups.clientHello)?.[0] ?? 0;
        const share = extension(keyShare.serverHello, { group, keyExchange: Uint8Array.of(0) });
        return { extensions: replacing([extension(supportedVersions.serverHello, 0x0304)], share) };
      },
      'ILLEGAL_PARAMETER',
    ],
    [
      'extension',
      ({ extensions }) => {
        const { id } = extensions.raw.find((raw) => isGrease(raw.id)) ?? { id: 0 };
        return { extensions: [extension(supportedVersions.serverHello, 0x0304), { id, data: EMPTY }] };
      },
      'UNSUPPORTED_EXTENSION',
    ],
  ])('is refused when a server chooses the %s', (_, change, code) => {
    expect(refused(change)).toThrow(expect.objectContaining({ code }));
  });

  it('is refused in EncryptedExtensions too', () => {
    const client = levelClient(clientConfig({ grease: true }));
    const server = levelServer(serverConfig());
    const [first] = client.outbox;
    if (first === undefined) throw new Error('no ClientHello');
    deliver(server, first);
    const [reply] = server.outbox;
    if (reply === undefined) throw new Error('no ServerHello');
    deliver(client, reply);
    const id = hello(first.bytes).extensions.ids().find(isGrease) ?? 0;
    const bytes = encodeEncryptedExtensions({ extensions: [{ id, data: EMPTY }] });
    expect(() => deliver(client, { level: 'handshake', bytes })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_EXTENSION' }),
    );
  });
});

describe('permuted extensions', () => {
  it('come in many orders, none of them missing, and in one order within a handshake', () => {
    const usual = helloOf({}).extensions.ids();
    const orders = Array.from({ length: 30 }, () => helloOf({ permuteExtensions: true }).extensions.ids());
    for (const order of orders) expect([...order].sort()).toEqual([...usual].sort());
    expect(new Set(orders.map(String)).size).toBeGreaterThan(25);
    for (let i = 0; i < 20; i++) {
      const [first, second] = run(clientConfig({ ...retrying, permuteExtensions: true, grease: true }), retried);
      const without = second?.extensions.ids().filter((id) => id !== EXTENSION_TYPES.cookie);
      expect(without).toEqual(first?.extensions.ids());
    }
  });

  it('leave pre_shared_key the last', () => {
    const ends = sessionEnds(clientConfig({ permuteExtensions: true, grease: true, padHelloTo: 2000 }), serverConfig());
    const sessions = firstSessions(ends.client, ends.server);
    expect(sessions.length).toBe(2);
    for (const session of sessions) {
      const config = resuming({ ...ends.client, padHelloTo: 2000 }, session);
      const [sent] = run(config, ends.server);
      expect(sent?.extensions.ids().at(-1)).toBe(EXTENSION_TYPES.pre_shared_key);
      expect(sent?.extensions.has(EXTENSION_TYPES.padding)).toBe(true);
    }
  });
});

describe('padding', () => {
  const lengthOf = (padHelloTo: number, more: Partial<ClientConfig> = {}) =>
    levelClient(clientConfig({ groups: ['x25519'], ...more, padHelloTo })).outbox[0]?.bytes.length ?? 0;
  const plain = lengthOf(0);

  it.each([512, 1000, 16_384])('makes a hello of %i bytes', (length) => {
    expect(lengthOf(length)).toBe(length);
    expect(lengthOf(length, { grease: true, middleboxCompatibility: false })).toBe(length);
    expect(run(clientConfig({ padHelloTo: length })).length).toBe(1);
  });

  it('is none where it is not needed, and of one byte at least', () => {
    expect(lengthOf(plain)).toBe(plain);
    for (let more = 1; more <= 5; more++) expect(lengthOf(plain + more)).toBe(plain + 5);
    expect(lengthOf(plain + 6)).toBe(plain + 6);
  });

  it.each([-1, 1.5, 16_385])('of %d bytes is refused', (length) => {
    expect(() => lengthOf(length)).toThrow(expect.objectContaining({ code: 'BAD_CONFIGURATION' }));
  });
});
