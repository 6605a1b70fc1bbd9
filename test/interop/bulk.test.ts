import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TLSSocket } from '../../src/node/index.ts';
import { freePort, type PeerServer, run, startOpensslServer, startServer, tempDir } from '../support/peers.ts';
import { readAll } from '../support/sockets.ts';
import { contextWith, diary, failure, useEnds } from './ends.ts';
import { type FileCa, fileCa, OPENSSLS, presenting, SUITES } from './openssl.ts';

/** 10 MB of text without a pattern that a lost or swapped record would keep. */
const LENGTH = 10_000_000;

const ends = useEnds();
const peers: PeerServer[] = [];
let files: FileCa;
let text: Buffer;

beforeAll(() => {
  files = fileCa();
  const lines: string[] = [];
  for (let at = 0; at < LENGTH; at += 50) lines.push(`${Math.imul(at, 0x9e3779b1)} line`.padEnd(49, '.'), '\n');
  text = Buffer.from(lines.join(''));
});

afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
});

describe.each(OPENSSLS)('10 MB, $name', (openssl) => {
  const { program = 'openssl' } = openssl;
  const isMissing = openssl.program === undefined;
  const healthy = () => files.ofType('secp256r1');

  describe.skipIf(isMissing)('our client', () => {
    test.each(SUITES)('down: s_server sends, %s', async (ciphers) => {
      const cwd = tempDir();
      writeFileSync(join(cwd, 'text'), text);
      const serving = ['s_server', '-accept', '127.0.0.1:0', ...presenting(healthy()), '-WWW'];
      const peer = await startServer(program, serving, { ready: /^ACCEPT \S+:(\d+)$/m, cwd });
      peers.push(peer);
      const socket = await ends.client({ port: peer.port, ca: files.ca.cert, ciphers });
      socket.write('GET /text HTTP/1.0\r\n\r\n');
      const answer = await readAll(socket);
      expect(sha256(answer.subarray(answer.indexOf('\r\n\r\n') + 4))).toBe(sha256(text));
    });

    test('up: s_server writes what it gets into a file', async () => {
      const port = await freePort();
      const file = join(tempDir(), 'text');
      const serving = `exec "$0" s_server -quiet -accept 127.0.0.1:${port} "$@" >${file}`;
      peers.push(await startServer('sh', ['-c', serving, program, ...presenting(healthy())], { port }));
      const socket = await ends.client({ port, ca: files.ca.cert });
      socket.end(text);
      expect(await failure(socket)).toBeUndefined();
      await expect.poll(() => statSync(file).size, { timeout: 60_000, interval: 10 }).toBe(text.length);
      expect(sha256(readFileSync(file))).toBe(sha256(text));
    });
  });

  describe.skipIf(isMissing)('our server', () => {
    test.each(SUITES)('up, then down again: s_client, %s', async (ciphers) => {
      const { cert, key } = healthy();
      const { port } = await ends.server({ cert, key, ciphers }, giveBack);
      const asking = ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', files.caFile, '-quiet'];
      const { stdout } = await run(program, asking, { stdin: text });
      expect(sha256(Buffer.from(stdout))).toBe(sha256(text));
    });

    test('with a new key every 50 records', async () => {
      const { cert, key } = healthy();
      const { trace, messages } = diary();
      const secureContext = contextWith({ cert, key }, { keyUpdateAfter: 50 });
      const { port } = await ends.server({ secureContext, trace }, giveBack);
      const asking = ['s_client', '-connect', `127.0.0.1:${port}`, '-CAfile', files.caFile, '-quiet'];
      const { stdout } = await run(program, asking, { stdin: text });
      expect(sha256(Buffer.from(stdout))).toBe(sha256(text));
      expect(messages('key_update').length).toBeGreaterThan(10);
    });
  });

  test.skipIf(isMissing)('both ways at once: s_server sends while it is sent to', async () => {
    const peer = await startOpensslServer([...presenting(healthy()), '-rev'], openssl.program);
    peers.push(peer);
    const socket = await ends.client({ port: peer.port, ca: files.ca.cert });
    const some = text.subarray(0, 200_000);
    socket.write(some);
    socket.write('CLOSE\n');
    const expected = some
      .toString()
      .trimEnd()
      .split('\n')
      .map((each) => [...each].reverse().join(''));
    expect((await readAll(socket)).toString().trimEnd().split('\n')).toEqual(expected);
  });
});

/** Collects as much as is sent, then sends it back and ends. */
function giveBack(socket: TLSSocket): void {
  const chunks: Buffer[] = [];
  let length = 0;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length === LENGTH) socket.end(Buffer.concat(chunks));
  });
}

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
