import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PeerServer } from '../support/peers.ts';
import { engineOf, line, ourEnd, useEnds } from './ends.ts';
import {
  askingClient,
  clientGroups,
  exchangesOf,
  type FileCa,
  fileCa,
  OPENSSLS,
  presenting,
  reversingServer,
  SCHEMES,
} from './openssl.ts';

const ends = useEnds();
let files: FileCa;

beforeAll(() => {
  files = fileCa();
});

describe.each(OPENSSLS)('$name', (openssl) => {
  const { program, groups } = openssl;
  const isMissing = program === undefined;
  const exchanges = exchangesOf(groups);

  describe.skipIf(isMissing)('our client, s_server', () => {
    const servers = new Map<string, PeerServer>();
    const serverFor = async (key: string, args: readonly string[]) => {
      const server = servers.get(key) ?? (await reversingServer(openssl, args));
      servers.set(key, server);
      return server;
    };

    afterAll(async () => {
      for (const server of servers.values()) await server.stop();
    });

    test.each(exchanges)('$openssl, $suite, HelloRetryRequest: $isRetried', async (row) => {
      const args = [...presenting(files.ofType('secp256r1')), '-groups', row.openssl];
      const { port } = await serverFor(`group ${row.group}`, args);
      const groups = clientGroups(row);
      const socket = await ends.client({ port, ca: files.ca.cert, ciphers: row.suite, groups });
      socket.write('hello\n');
      expect(await line(socket)).toBe('olleh\n');
      expect(engineOf(socket).info).toMatchObject({ cipherSuite: row.suite, group: row.group });
      expect(engineOf(socket).info.helloRetryRequest ?? false).toBe(row.isRetried);
    });

    test.each(SCHEMES)('the server signs by $scheme', async ({ scheme, keyType }) => {
      const { port } = await serverFor(`key ${keyType}`, presenting(files.ofType(keyType)));
      const socket = await ends.client({ port, ca: files.ca.cert, sigalgs: [scheme] });
      socket.write('hello\n');
      expect(await line(socket)).toBe('olleh\n');
      expect(engineOf(socket).info.peerSignatureScheme).toBe(scheme);
    });

    test.each(SCHEMES)('the client signs by $scheme', async ({ scheme, keyType }) => {
      const verifying = ['-CAfile', files.caFile, '-Verify', '3', '-verify_return_error', '-client_sigalgs', scheme];
      const { port } = await serverFor(`verify ${scheme}`, [...presenting(files.ofType('secp256r1')), ...verifying]);
      const { cert, key } = files.client(keyType);
      const socket = await ends.client({ port, ca: files.ca.cert, cert, key });
      socket.write('hello\n');
      expect(await line(socket)).toBe('olleh\n');
      expect(engineOf(socket).info.signatureScheme).toBe(scheme);
    });
  });

  describe.skipIf(isMissing)('our server, s_client', () => {
    test.each(exchanges)('$openssl, $suite, HelloRetryRequest: $isRetried', async (row) => {
      const { cert, key } = files.ofType('secp256r1');
      const { port, next } = await ends.server({ cert, key, groups: [row.openssl], ciphers: row.suite });
      const accepted = next();
      const args = ['-groups', clientGroups(row).join(':'), '-ciphersuites', row.suite];
      const { stdout, stderr } = await askingClient(openssl, port, files.caFile, args);
      expect(stdout).toContain('HELLO');
      expect(stderr).toContain(`Ciphersuite: ${row.suite}`);
      expect(stderr).toContain(row.prints);
      const { socket } = ourEnd(await accepted);
      expect(engineOf(socket).info).toMatchObject({ cipherSuite: row.suite, group: row.group });
      expect(engineOf(socket).info.helloRetryRequest ?? false).toBe(row.isRetried);
    });

    test.each(SCHEMES)('the server signs by $scheme', async ({ scheme, keyType }) => {
      const { cert, key } = files.ofType(keyType);
      const { port, next } = await ends.server({ cert, key });
      const accepted = next();
      const { stdout } = await askingClient(openssl, port, files.caFile, ['-sigalgs', scheme]);
      expect(stdout).toContain('HELLO');
      const { socket } = ourEnd(await accepted);
      expect(engineOf(socket).info.signatureScheme).toBe(scheme);
    });

    test.each(SCHEMES)('the client signs by $scheme', async ({ scheme, keyType }) => {
      const { cert, key } = files.ofType('secp256r1');
      const options = { cert, key, ca: files.ca.cert, requestCert: true, sigalgs: [scheme] };
      const { port, next } = await ends.server(options);
      const accepted = next();
      const { stdout } = await askingClient(openssl, port, files.caFile, [...presenting(files.client(keyType))]);
      expect(stdout).toContain('HELLO');
      const { socket } = ourEnd(await accepted);
      expect(engineOf(socket).info.peerSignatureScheme).toBe(scheme);
      expect(socket.authorized).toBe(true);
    });
  });
});
