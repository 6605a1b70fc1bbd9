/** Engines over different providers talk to each other, and the engine runs where there is nothing of Node. */
import { webcrypto } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bytes/index.ts';
import type { CryptoProvider, KeyType } from '../../src/crypto/index.ts';
import { nobleCrypto } from '../../src/crypto/noble/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { type ClientConfig, type ServerConfig, TlsConnection } from '../../src/tls/index.ts';
import { TLS13_SUITES } from '../../src/tls/registry/cipher-suites.ts';
import { pkcs8, selfSigned } from '../support/credentials.ts';
import { exchange } from '../support/engines.ts';

type Pairing = readonly [string, CryptoProvider, CryptoProvider];

const PAIRINGS: readonly Pairing[] = [
  ['node to noble', nodeCrypto, nobleCrypto],
  ['noble to node', nobleCrypto, nodeCrypto],
  ['noble to noble', nobleCrypto, nobleCrypto],
];

function connect(client: ClientConfig, server: ServerConfig) {
  const ends = [TlsConnection.client(client), TlsConnection.server(server)] as const;
  exchange(...ends);
  expect(ends.map((end) => end.error)).toEqual([undefined, undefined]);
  expect(ends.every((end) => end.handshakeComplete)).toBe(true);
  ends[0].write(Uint8Array.of(1, 2, 3));
  exchange(...ends);
  expect(toHex(ends[1].takeData()[0] ?? new Uint8Array(0))).toBe('010203');
  return ends[0].info;
}

describe.each(PAIRINGS)('%s', (_, mine, theirs) => {
  const credentials = [selfSigned('secp256r1', ['server.test'], theirs)];
  const groups = mine.capabilities.groups.filter((group) => theirs.capabilities.groups.includes(group));

  it.each(groups)('agrees with %s', (group) => {
    const info = connect({ crypto: mine, groups: [group] }, { crypto: theirs, credentials, groups: [group] });
    expect(info.group).toBe(group);
  });

  const shared = Object.values(TLS13_SUITES).filter(({ aead }) => nobleCrypto.capabilities.aeads.includes(aead));
  it.each(shared)('encrypts with $name', ({ name: suite }) => {
    const info = connect({ crypto: mine, groups: ['x25519'], cipherSuites: [suite] }, { crypto: theirs, credentials });
    expect(info.cipherSuite).toBe(suite);
  });

  it.each<KeyType>(['secp384r1', 'secp521r1', 'ed25519', 'ed448', 'rsa', 'rsa-pss'])('signs with %s', (type) => {
    const own = selfSigned(type, ['server.test'], theirs);
    const info = connect({ crypto: mine, groups: ['x25519'] }, { crypto: theirs, credentials: [own] });
    expect(own.key.schemes).toContain(info.peerSignatureScheme);
  });
});

const PROGRAM = `
  import { fromHex } from './src/bytes/index.ts';
  import { nobleCrypto as crypto } from './src/crypto/noble/index.ts';
  import { TlsConnection } from './src/tls/index.ts';
  import { leafKey } from './src/x509/index.ts';

  const key = crypto.importPrivateKey(fromHex(KEY));
  const client = TlsConnection.client({ crypto, serverName: 'server.test' });
  const server = TlsConnection.server({ crypto, credentials: [{ chain: [fromHex(CERTIFICATE)], key }] });
  for (let turn = 0; turn < 4; turn++) {
    for (const bytes of client.takeOutput()) server.receive(bytes);
    for (const bytes of server.takeOutput()) client.receive(bytes);
    for (let request = client.request; request !== undefined; request = client.request) {
      client.answer(request, request.name === 'peer_key' ? leafKey(request.question.leaf) : { accepted: true });
    }
  }
  globalThis.result = JSON.stringify({
    complete: [client.handshakeComplete, server.handshakeComplete],
    globals: [typeof process, typeof Buffer, typeof TextEncoder, typeof setTimeout],
  });
`;

it('completes a handshake in a bundle without Node, given nothing but getRandomValues', async () => {
  const key = pkcs8('secp256r1');
  const { chain } = selfSigned('secp256r1', ['server.test'], {
    ...nodeCrypto,
    importPrivateKey: () => nodeCrypto.importPrivateKey(key),
  });
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: process.cwd() },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
  });
  const scope: Record<string, unknown> = {
    crypto: { getRandomValues: (array: Uint8Array) => webcrypto.getRandomValues(array) },
    KEY: toHex(key),
    CERTIFICATE: toHex(chain[0] ?? new Uint8Array(0)),
  };
  runInContext(outputFiles[0]?.text ?? '', createContext(scope));
  expect(JSON.parse(String(scope.result))).toEqual({
    complete: [true, true],
    globals: ['undefined', 'undefined', 'undefined', 'undefined'],
  });
});
