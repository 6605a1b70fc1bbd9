/**
 * Sessions, 0-RTT data and keys from elsewhere with openssl, both ways round: suites, retries, what is taken once. That
 * every peer resumes is in the matrix.
 */
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectOptions, ServerOptions, TLSSocket } from '../../src/node/index.ts';
import { type PeerServer, runOpenssl, startOpensslServer, tempDir } from '../support/peers.ts';
import { contextWith, engineOf, line, useEnds } from './ends.ts';
import {
  askingClient,
  type CertificateFiles,
  type FileCa,
  fileCa,
  OPENSSLS,
  presenting,
  reversingServer,
  SUITES,
} from './openssl.ts';

const ends = useEnds();
const peers: PeerServer[] = [];
let files: FileCa;
let healthy: CertificateFiles;

beforeAll(() => {
  files = fileCa();
  healthy = files.ofType('secp256r1');
});

afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
});

async function started(peer: Promise<PeerServer>): Promise<PeerServer> {
  const server = await peer;
  peers.push(server);
  return server;
}

/** The first session that a socket is given; in TLS 1.2 it is there with the end of the handshake. */
async function sessionOf(socket: TLSSocket): Promise<Buffer> {
  const given = socket.getSession();
  if (given !== undefined) return given;
  const [session] = await once(socket, 'session');
  return session as Buffer;
}

describe.each(OPENSSLS)('our client, s_server of $name', (openssl) => {
  const { program } = openssl;
  const visit = async (port: number, options: ConnectOptions = {}) => {
    const socket = await ends.client({ port, ca: files.ca.cert, ...options });
    const session = sessionOf(socket);
    socket.write('hello\n');
    expect(await line(socket)).toBe('olleh\n');
    const given = await session;
    // It serves one after the other.
    socket.end();
    return { socket, session: given };
  };

  const ways: readonly [string, readonly string[], ConnectOptions][] = [
    ...SUITES.map((suite): [string, readonly string[], ConnectOptions] => [suite, [], { ciphers: suite }]),
    ['HelloRetryRequest', ['-groups', 'P-256'], { groups: 'X25519:P-256' }],
  ];
  test.skipIf(program === undefined).each(ways)('resumes: %s', async (_, args, options) => {
    const { port } = await started(reversingServer(openssl, [...presenting(healthy), ...args]));
    const first = await visit(port, options);
    const second = await visit(port, { ...options, session: first.session });
    const third = await visit(port, { ...options, session: second.session });
    const reused = [first, second, third].map(({ socket }) => socket.isSessionReused());
    expect(reused).toEqual([false, true, true]);
  });

  test.skipIf(program === undefined)('resumes with a client certificate', async () => {
    const args = [...presenting(healthy), '-Verify', '1', '-CAfile', files.caFile, '-verify_return_error'];
    const { port } = await started(reversingServer(openssl, args));
    const own = files.client();
    const options = { cert: own.cert, key: own.key };
    const { session } = await visit(port, options);
    expect((await visit(port, { ...options, session })).socket.isSessionReused()).toBe(true);
  });

  test.skipIf(program === undefined)('sends early data, which is taken once', async () => {
    const peer = await started(
      startOpensslServer([...presenting(healthy), '-early_data', '-max_early_data', '4096'], program),
    );
    const { port } = peer;
    const first = await ends.client({ port, ca: files.ca.cert });
    const session = await sessionOf(first);
    first.end();
    const second = await ends.client({ port, ca: files.ca.cert, session, earlyData: Buffer.from('early\n') });
    second.write('late\n');
    await peer.waitFor(/early\n[\s\S]*late\n/);
    expect([second.earlyData, second.isSessionReused()]).toEqual(['accepted', true]);
    second.end();
    const third = await ends.client({ port, ca: files.ca.cert, session, earlyData: Buffer.from('again\n') });
    third.write('and late\n');
    await peer.waitFor(/and late\n/);
    expect(third.earlyData).toBe('rejected');
    expect(peer.output()).not.toContain('again');
  });

  test.skipIf(program === undefined)('sends early data that a HelloRetryRequest refuses', async () => {
    const early = [...presenting(healthy), '-early_data', '-no_anti_replay', '-groups', 'P-256'];
    const peer = await started(startOpensslServer(early, program));
    const options = { port: peer.port, ca: files.ca.cert, groups: 'X25519:P-256' };
    const first = await ends.client(options);
    const session = await sessionOf(first);
    first.end();
    const second = await ends.client({ ...options, session, earlyData: Buffer.from('early\n') });
    second.write('late\n');
    await peer.waitFor(/late\n/);
    expect(second.earlyData).toBe('rejected');
    expect(peer.output()).not.toContain('early\n');
  });

  test.skipIf(program === undefined)('uses a key from elsewhere, without certificates', async () => {
    const key = Buffer.alloc(32, 0x42);
    const args = ['-nocert', '-psk', key.toString('hex'), '-psk_identity', 'client one'];
    const peer = await started(reversingServer(openssl, args));
    const psks = [{ identity: Buffer.from('client one'), key }];
    const secureContext = contextWith({ ciphers: 'TLS_AES_128_GCM_SHA256' }, { psks });
    const socket = await ends.client({ port: peer.port, secureContext });
    socket.write('hello\n');
    expect(await line(socket)).toBe('olleh\n');
    expect(engineOf(socket).info.pskIdentity).toEqual(psks[0]?.identity);
    expect(socket.getPeerX509Certificate()).toBeUndefined();
  });
});

describe.each(OPENSSLS)('s_client of $name, our server', (openssl) => {
  const { program } = openssl;
  const serve = async (options: ServerOptions = {}) => {
    const { cert, key } = healthy;
    const reused: boolean[] = [];
    const { port, server } = await ends.server({ cert, key, ...options });
    server.on('secureConnection', (socket: TLSSocket) => reused.push(socket.isSessionReused()));
    return { port, reused };
  };

  const ways: readonly [string, ServerOptions, readonly string[]][] = [
    ...SUITES.map((suite): [string, ServerOptions, readonly string[]] => [suite, {}, ['-ciphersuites', suite]]),
    ['HelloRetryRequest', { groups: 'P-256' }, ['-groups', 'X25519:P-256']],
  ];
  test.skipIf(program === undefined).each(ways)('resumes: %s', async (_, options, args) => {
    const { port, reused } = await serve(options);
    const file = join(tempDir(), 'session');
    for (let i = 0; i < 3; i++) {
      const session = existsSync(file) ? ['-sess_in', file] : [];
      const result = await askingClient(openssl, port, files.caFile, [...args, ...session, '-sess_out', file]);
      expect(result.stdout).toContain('HELLO');
    }
    expect(reused).toEqual([false, true, true]);
  });

  test.skipIf(program === undefined)('sends early data, which is taken once', async () => {
    const heard: string[] = [];
    const { cert, key } = healthy;
    const { port } = await ends.server({ cert, key, maxEarlyData: 1000, allowHalfOpen: true }, async (socket) => {
      const first = await line(socket);
      heard.push(`${socket.earlyBytes} ${socket.earlyData} ${first.trim()}`);
      socket.end('HELLO\n');
    });
    const dir = tempDir();
    const [session, early] = [join(dir, 'session'), join(dir, 'early')];
    writeFileSync(early, 'early\n');
    await askingClient(openssl, port, files.caFile, ['-sess_out', session]);
    for (let i = 0; i < 2; i++) {
      const args = ['s_client', '-connect', `127.0.0.1:${port}`, '-sess_in', session, '-early_data', early, '-ign_eof'];
      const { stdout } = await runOpenssl(args, 'late\n', program);
      expect(stdout).toContain('Reused, TLSv1.3');
      expect(stdout).toContain(`Early data was ${i === 0 ? 'accepted' : 'rejected'}`);
    }
    expect(heard).toEqual(['0 undefined hello', '6 accepted early', '0 rejected late']);
  });

  test.skipIf(program === undefined)('uses a key from elsewhere, without certificates', async () => {
    const key = Buffer.alloc(32, 0x42);
    const psks = [{ identity: Buffer.from('client one'), key }];
    const secureContext = contextWith({ ciphers: 'TLS_AES_128_GCM_SHA256' }, { psks });
    const { port } = await ends.server({ secureContext });
    const args = ['s_client', '-connect', `127.0.0.1:${port}`, '-brief', '-ign_eof'];
    const psk = ['-psk', key.toString('hex'), '-psk_identity', 'client one'];
    expect((await runOpenssl([...args, ...psk], 'hello\n', program)).stdout).toContain('HELLO');
    const wrong = ['-psk', '43'.repeat(32), '-psk_identity', 'client one'];
    expect((await runOpenssl([...args, ...wrong], 'hello\n', program)).stderr).toContain('decrypt error');
    const nobody = ['-psk', key.toString('hex'), '-psk_identity', 'client two'];
    expect((await runOpenssl([...args, ...nobody], 'hello\n', program)).stderr).toContain('unknown psk identity');
  });
});
