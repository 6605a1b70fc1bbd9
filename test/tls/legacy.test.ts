/** The client's door for old suites: when it opens, what goes through, and what a server may not do behind it. */
import { getDiffieHellman } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nobleCrypto } from '../../src/crypto/noble/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { extension } from '../../src/tls/extensions/block.ts';
import { encryptThenMac } from '../../src/tls/extensions/encrypt-then-mac.ts';
import { extendedMasterSecret } from '../../src/tls/extensions/extended-master-secret.ts';
import { type ClientConfig, type LegacyMeans, TlsError } from '../../src/tls/index.ts';
import { serverSetup } from '../../src/tls/negotiate/server-setup.ts';
import { settings } from '../../src/tls/negotiate/settings.ts';
import { EXTENSION_TYPES } from '../../src/tls/registry/extension-types.ts';
import { LEGACY_MEANS, LEGACY_SUITES, meansOf } from '../../src/tls/registry/legacy-suites.ts';
import { keyOfLeaf, selfSigned } from '../support/credentials.ts';
import { type LevelEnd, levelClient } from '../support/levels.ts';
import { decryptingCredential, OldServer, type OldServerOptions } from '../support/old-server.ts';
import { decodedHello, makeOffer } from './hellos.ts';
import { credential } from './scenarios.ts';

const ALL = [...LEGACY_MEANS];
const RSA = 'TLS_RSA_WITH_AES_128_CBC_SHA';
const DHE = 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256';

interface Outcome {
  readonly client: LevelEnd;
  readonly server: OldServer;
  readonly error: TlsError | undefined;
  /** Names of requests and types of messages received, in order. */
  readonly order: string[];
}

/** A handshake with an old server. @param accepted the verdict on its chain */
function connect(options: OldServerOptions, config: Partial<ClientConfig> = {}, accepted = true): Outcome {
  const client = levelClient({ crypto: nodeCrypto, serverName: 'server.test', legacy: ALL, ...config });
  const server = new OldServer(options);
  const order: string[] = [];
  let error: TlsError | undefined;
  const hand = (message: { level: 'initial' | 'early' | 'handshake' | 'application'; bytes: Uint8Array }) => {
    const { handshake } = client;
    order.push(`type ${message.bytes[0]}`);
    handshake.receive(message.level, message.bytes);
    handshake.process();
    for (let request = handshake.request; request !== undefined; request = handshake.request) {
      order.push(request.name);
      if (request.name === 'verdict') {
        handshake.answer(request, accepted ? { accepted } : { accepted, alert: 'bad_certificate', reason: 'no' });
      } else if (request.name === 'peer_key') handshake.answer(request, keyOfLeaf(request.question.leaf));
      handshake.process();
    }
  };
  try {
    for (let turn = 0; turn < 4; turn++) {
      for (const message of client.outbox.splice(0)) server.receive(message);
      for (const message of server.outbox.splice(0)) hand(message);
    }
  } catch (caught) {
    if (!(caught instanceof TlsError)) throw caught;
    error = caught;
  }
  return { client, server, error, order };
}

const refusal = (message: RegExp) =>
  expect.objectContaining({ code: 'BAD_CONFIGURATION', fault: 'local', message: expect.stringMatching(message) });

describe('the door', () => {
  it('is shut: nothing old is offered, and naming a suite does not open it', () => {
    const all = settings({ crypto: nodeCrypto });
    const old = [...LEGACY_SUITES.values()].map(({ code }) => code);
    expect(all.suiteCodes.filter((code) => old.includes(code))).toEqual([]);
    expect(all.legacy).toEqual([]);
    for (const suite of LEGACY_SUITES.values()) {
      expect(() => settings({ crypto: nodeCrypto, cipherSuites: [suite.name] })).toThrow(
        refusal(new RegExp(`${suite.name} needs a client with legacy: ${meansOf(suite).join(', ')}`)),
      );
    }
  });

  it.each<[LegacyMeans[], number]>([
    [['rsa-key-transport'], 2],
    [['dhe'], 3],
    [['cbc'], 8],
    [['3des'], 0],
    [['sha1-signatures'], 0],
    [['rsa-key-transport', 'cbc'], 14],
    [['dhe', 'cbc'], 15],
    [['cbc', '3des'], 10],
    [['rsa-key-transport', 'dhe', 'cbc', '3des'], 25],
  ])('opens as far as it is told: %j', (legacy, count) => {
    const { suiteCodes, tls12Suites, schemes } = settings({ crypto: nodeCrypto, legacy });
    const modern = settings({ crypto: nodeCrypto }).suiteCodes;
    expect(suiteCodes.length).toBe(modern.length + count);
    expect(suiteCodes.slice(0, modern.length)).toEqual(modern);
    for (const suite of tls12Suites) for (const means of meansOf(suite)) expect(legacy).toContain(means);
    expect(schemes.includes('rsa_pkcs1_sha1')).toBe(legacy.includes('sha1-signatures'));
  });

  it('is for providers to open', () => {
    const { legacy: _, ...without } = nodeCrypto;
    const modern = settings({ crypto: nodeCrypto }).suiteCodes;
    expect(settings({ crypto: without, legacy: ALL }).suiteCodes).toEqual(modern);
    expect(settings({ crypto: nobleCrypto, legacy: ALL }).tls12Suites.some(({ name }) => name.includes('3DES'))).toBe(
      false,
    );
    for (const [crypto, name] of [
      [without, RSA],
      [without, DHE],
      [nobleCrypto, 'TLS_RSA_WITH_3DES_EDE_CBC_SHA'],
      [nobleCrypto, 'TLS_AES_128_CCM_SHA256'],
    ] as const) {
      expect(() => settings({ crypto, cipherSuites: [name], legacy: ALL })).toThrow(refusal(/not available from/));
    }
  });

  it('has no other words, and no servers behind it', () => {
    const misspelt = { crypto: nodeCrypto, legacy: ['rsa'] } as unknown as ClientConfig;
    expect(() => settings(misspelt)).toThrow(refusal(/legacy has "rsa", expected some of rsa-key-transport, dhe/));
    const server = { crypto: nodeCrypto, credentials: [credential], legacy: [] };
    expect(() => serverSetup(server)).toThrow(refusal(/a server has no legacy/));
    const { legacy: _, ...named } = { ...server, cipherSuites: [RSA] } as const;
    expect(() => serverSetup(named)).toThrow(refusal(/needs a client/));
  });

  it('needs no curve where no suite has one', () => {
    const wishes = { crypto: nodeCrypto, groups: ['X25519MLKEM768'], versions: ['TLS 1.2'] } as const;
    expect(settings({ ...wishes, legacy: ['dhe'] }).versions).toEqual(['TLS 1.2']);
    expect(() =>
      settings({ ...wishes, legacy: ['cbc'], cipherSuites: ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA'] }),
    ).toThrow(refusal(/nothing is left/));
  });

  it('offers to put the MAC outside where there is one', () => {
    const offers = (legacy: LegacyMeans[]) =>
      decodedHello(undefined, makeOffer({ legacy })).extensions.ids().includes(EXTENSION_TYPES.encrypt_then_mac);
    expect([offers([]), offers(['dhe']), offers(['cbc'])]).toEqual([false, false, true]);
  });
});

describe('CCM', () => {
  it('is on request, and half a tag is nothing for QUIC', () => {
    const names = settings({ crypto: nodeCrypto }).suiteCodes;
    expect(names).not.toContain(0x1304);
    const asked = ['TLS_AES_128_CCM_SHA256', 'TLS_AES_128_CCM_8_SHA256'] as const;
    expect(settings({ crypto: nodeCrypto, cipherSuites: asked }).suiteCodes).toEqual([0x1304, 0x1305]);
    const quic = { crypto: nodeCrypto, alpn: ['h3'], cipherSuites: asked };
    expect(() => settings(quic, new Uint8Array(0))).toThrow(refusal(/QUIC has no TLS_AES_128_CCM_8/));
    expect(settings({ ...quic, cipherSuites: [asked[0]] }, new Uint8Array(0)).suiteCodes).toEqual([0x1304]);
  });
});

describe('behind the door', () => {
  it.each([RSA, DHE, 'TLS_RSA_WITH_AES_256_GCM_SHA384', 'TLS_DHE_RSA_WITH_AES_256_CBC_SHA256'] as const)(
    '%s',
    (suite) => {
      const { server, client, error } = connect({ suite });
      expect([error, server.isConnected]).toEqual([undefined, true]);
      expect(client.handshake.context.info).toMatchObject({ cipherSuite: suite, extendedMasterSecret: true });
    },
  );

  it('the premaster secret begins with the version offered, and is new', () => {
    const [first, second] = [connect({ suite: RSA }).server.premaster, connect({ suite: RSA }).server.premaster];
    expect([...(first?.subarray(0, 2) ?? [])]).toEqual([3, 3]);
    expect(first).toHaveLength(48);
    expect(first).not.toEqual(second);
  });

  it('nobody is judged before Finished shows that the key is theirs', () => {
    expect(connect({ suite: RSA }).order).toEqual(['type 2', 'type 11', 'peer_key', 'type 14', 'type 20', 'verdict']);
    expect(connect({ suite: DHE }).order).toEqual([
      'type 2',
      'type 11',
      'peer_key',
      'type 12',
      'verdict',
      'type 14',
      'type 20',
    ]);
    const other = connect({ suite: RSA, premaster: (secret) => secret.map((byte) => byte ^ 1) });
    expect(other.error).toMatchObject({ code: 'BAD_FINISHED', alert: 'decrypt_error' });
    expect(other.order).not.toContain('verdict');
    const { error } = connect({ suite: RSA }, {}, false);
    expect(error).toMatchObject({ code: 'CERTIFICATE_REJECTED', alert: 'bad_certificate' });
  });

  it('a status stands beside the leaf', () => {
    const info = (status: 'sent' | 'announced') => connect({ suite: RSA, status }).client.handshake.context.info;
    expect(info('sent').peerCertificates?.[0]?.ocspResponse).toEqual(Uint8Array.of(1));
    expect(info('announced').peerCertificates?.[0]?.ocspResponse).toBeUndefined();
  });

  it('SHA-1 signs a key where it was named, and nowhere else', () => {
    const signed = { suite: DHE, scheme: 'rsa_pkcs1_sha1' } as const;
    expect(connect(signed).error).toBeUndefined();
    expect(connect(signed, { legacy: ['dhe'] }).error?.message).toMatch(/was not offered/);
    const forChains = { legacy: ['dhe'], signatureSchemes: ['rsa_pkcs1_sha256', 'rsa_pkcs1_sha1'] } as const;
    expect(connect(signed, forChains).error).toMatchObject({ code: 'ILLEGAL_PARAMETER', spec: 'RFC 9155 section 3' });
    expect(connect({ suite: DHE }, forChains).error).toBeUndefined();
  });

  const strange = getDiffieHellman('modp1').getPrime();
  it.each<[string, OldServerOptions, string, string, RegExp]>([
    [
      'a small group',
      { suite: DHE, params: { prime: strange } },
      'BAD_KEY_SHARE',
      'illegal_parameter',
      /prime of 768 bits/,
    ],
    [
      'a value that gives the secret away',
      { suite: DHE, params: { publicKey: Uint8Array.of(1) } },
      'BAD_KEY_SHARE',
      'illegal_parameter',
      /public value/,
    ],
    [
      'a MAC outside of what has none',
      { suite: DHE, extensions: [extension(encryptThenMac.serverHello, null)] },
      'ILLEGAL_PARAMETER',
      'illegal_parameter',
      /encrypt_then_mac with TLS_DHE/,
    ],
    [
      'a key that may only sign',
      { suite: RSA, credential: selfSigned('rsa') },
      'BAD_CERTIFICATE_KEY',
      'unsupported_certificate',
      /does not allow key encipherment/,
    ],
    [
      'a key that only signs',
      { suite: RSA, credential: selfSigned('rsa-pss', undefined, undefined, ['keyEncipherment']) },
      'BAD_CERTIFICATE_KEY',
      'illegal_parameter',
      /only signs/,
    ],
    [
      'a key that may only decrypt, to sign',
      { suite: DHE, credential: selfSigned('rsa', undefined, undefined, ['keyEncipherment']) },
      'BAD_CERTIFICATE_KEY',
      'unsupported_certificate',
      /digital signatures/,
    ],
    [
      'a key of another kind',
      { suite: RSA, credential: selfSigned('secp256r1', undefined, undefined, ['keyEncipherment']) },
      'BAD_CERTIFICATE_KEY',
      'illegal_parameter',
      /does not go with/,
    ],
    [
      'an answer twice',
      { suite: RSA, extensions: [extension(extendedMasterSecret.serverHello, null)] },
      'DUPLICATE_EXTENSION',
      'illegal_parameter',
      /extended_master_secret/,
    ],
  ])('%s is refused', (_, options, code, alert, message) => {
    const { error } = connect(options);
    expect(error).toMatchObject({ code, alert, fault: 'peer', message: expect.stringMatching(message) });
  });

  it('a client certificate goes along', () => {
    const own = selfSigned('ed25519', ['client.test']);
    const { error, server } = connect({ suite: RSA, request: true }, { credential: own });
    expect([error, server.isConnected]).toEqual([undefined, true]);
  });

  it('a provider that fails is no fault of the server', () => {
    const failing = { ...nodeCrypto, legacy: { ...nodeCrypto.legacy, encryptRsa: fail } } as typeof nodeCrypto;
    expect(() => connect({ suite: RSA, credential: decryptingCredential() }, { crypto: failing })).toThrow('no RSA');
  });
});

function fail(): never {
  throw new Error('no RSA');
}
