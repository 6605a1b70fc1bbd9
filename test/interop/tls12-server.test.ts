/** Our server in TLS 1.2 with openssl: parameters, certificates, what is bound and what is refused. */
import { once } from 'node:events';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { KeyType } from '../../src/crypto/index.ts';
import type { ServerOptions } from '../../src/node/index.ts';
import { opensslName } from '../../src/node/openssl-names.ts';
import type { PeerServer } from '../support/peers.ts';
import { diary, engineOf, failure, ourEnd, useEnds } from './ends.ts';
import { askingClient, type FileCa, fileCa, interactiveClient, OPENSSLS, presenting } from './openssl.ts';
import { EXCHANGES, SIGNATURES } from './tls12.ts';

const ends = useEnds();
const peers: PeerServer[] = [];
let files: FileCa;

beforeAll(() => {
  files = fileCa();
});

afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
});

describe.each(OPENSSLS)('our server, s_client of $name', (openssl) => {
  const isMissing = openssl.program === undefined;

  /** Asks a server of ours; what s_client printed and what was agreed on. */
  const ask = async (args: readonly string[], keyType: KeyType = 'secp256r1', more: ServerOptions = {}) => {
    const { cert, key } = files.ofType(keyType);
    const { port, next } = await ends.server({ cert, key, ...more });
    const accepted = next();
    const result = await askingClient(openssl, port, files.caFile, ['-tls1_2', ...args]);
    expect(result.stdout).toContain('HELLO');
    const { socket } = ourEnd(await accepted);
    const { info } = engineOf(socket);
    expect(info.version).toBe('TLS 1.2');
    return { ...result, info, socket };
  };

  describe.skipIf(isMissing)('parameters', () => {
    test.each(EXCHANGES)('$suite, $openssl', async ({ suite, keyType, openssl: group, group: name, prints }) => {
      const args = ['-groups', group === 'P-256' ? group : `${group}:P-256`, '-cipher', opensslName(suite)];
      const { stderr, info } = await ask(args, keyType, { groups: [group] });
      expect(stderr).toContain(`Ciphersuite: ${opensslName(suite)}`);
      expect(stderr).toContain(prints);
      expect(info).toMatchObject({ cipherSuite: suite, group: name, extendedMasterSecret: true });
    });

    test.each(SIGNATURES)('the server signs by $scheme', async ({ scheme, keyType }) => {
      expect((await ask(['-sigalgs', scheme], keyType)).info.signatureScheme).toBe(scheme);
    });

    test.each(SIGNATURES)('the client signs by $scheme', async ({ scheme, keyType }) => {
      const more = { ca: files.ca.cert, requestCert: true, sigalgs: [scheme] };
      const { info, socket } = await ask([...presenting(files.client(keyType))], 'secp256r1', more);
      expect([info.peerSignatureScheme, socket.authorized]).toEqual([scheme, true]);
    });

    test('the certificate is chosen by the suites of the client', async () => {
      const rsa = files.ofType('rsa');
      const ec = files.ofType('secp256r1');
      const both = { cert: [ec.cert, rsa.cert], key: [ec.key, rsa.key] };
      const suites = ['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-GCM-SHA256'];
      for (const suite of suites) {
        const { stderr } = await ask(['-cipher', suite], 'rsa', both);
        expect(stderr).toContain(`Ciphersuite: ${suite}`);
      }
    });
  });

  describe.skipIf(isMissing)('the rest', () => {
    test('a client that fell back is turned away', async () => {
      const { cert, key } = files.ofType('secp256r1');
      const { port, server } = await ends.server({ cert, key });
      const failed = once(server, 'tlsClientError');
      const { stderr } = await askingClient(openssl, port, files.caFile, ['-tls1_2', '-fallback_scsv']);
      expect(stderr).toMatch(/inappropriate fallback/);
      expect(await failed).toContainEqual(expect.objectContaining({ code: 'INAPPROPRIATE_FALLBACK' }));
    });

    test('the same keying material', async () => {
      const { cert, key } = files.ofType('secp256r1');
      const { port, next } = await ends.server({ cert, key }, () => undefined);
      const accepted = next();
      const args = ['-tls1_2', '-keymatexport', 'EXPORTER-interop', '-keymatexportlen', '48'];
      const peer = await interactiveClient(openssl, port, args);
      peers.push(peer);
      const [, material] = await peer.waitFor(/Keying material: ([0-9A-F]{96})/);
      const { socket } = ourEnd(await accepted);
      expect(socket.exportKeyingMaterial(48, 'EXPORTER-interop').toString('hex').toUpperCase()).toBe(material);
    });

    test('a client that renegotiates is refused, which it takes for a failure', async () => {
      const { cert, key } = files.ofType('secp256r1');
      const { trace, events } = diary();
      const { port, next } = await ends.server({ cert, key, trace }, () => undefined);
      const accepted = next();
      const peer = await interactiveClient(openssl, port, ['-tls1_2']);
      peers.push(peer);
      const failed = failure(ourEnd(await accepted).socket);
      peer.write('R\n');
      expect(await failed).toMatchObject({ code: 'ALERT_RECEIVED', received: 'handshake_failure' });
      const sent = events.filter((event) => event.kind === 'alert' && event.direction === 'sent');
      expect(sent).toMatchObject([{ name: 'no_renegotiation', severity: 1 }]);
    });

    test('no certificate where one is required', async () => {
      const { cert, key } = files.ofType('secp256r1');
      const { port, server } = await ends.server({ cert, key, ca: files.ca.cert, requestCert: true });
      const failed = once(server, 'tlsClientError');
      const { stderr } = await askingClient(openssl, port, files.caFile, ['-tls1_2']);
      expect(stderr).toMatch(/alert handshake failure/);
      expect(await failed).toContainEqual(expect.objectContaining({ code: 'CERTIFICATE_REQUIRED' }));
    });
  });
});
