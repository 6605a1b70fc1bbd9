import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TLSSocket } from '../../src/node/index.ts';
import { type PeerServer, tempDir } from '../support/peers.ts';
import {
  compatibilityRecords,
  contextWith,
  dataRecords,
  diary,
  engineOf,
  failure,
  keyLines,
  line,
  ourEnd,
  useEnds,
} from './ends.ts';
import {
  askingClient,
  type CertificateFiles,
  type FileCa,
  fileCa,
  interactiveClient,
  OPENSSLS,
  presenting,
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

describe.each(OPENSSLS)('s_client of $name, our server', (openssl) => {
  const { program } = openssl;
  const ask = async (port: number, args: readonly string[]) => {
    const told = await askingClient(openssl, port, files.caFile, args);
    expect(told.stdout).toContain('HELLO');
    return told;
  };
  /** A server and an s_client that stay connected. */
  const conversation = async (options: Parameters<typeof ends.server>[0] = {}, args: readonly string[] = []) => {
    const { port, next } = await ends.server({ ...credential(healthy), ...options }, () => undefined);
    const accepted = next();
    const peer = await interactiveClient(openssl, port, args);
    peers.push(peer);
    return { peer, ...ourEnd(await accepted) };
  };

  describe.skipIf(program === undefined)('agrees on', () => {
    test.each([
      ['http/1.1', 'http/1.1'],
      ['http/1.1,h2', 'h2'],
      [undefined, false],
    ])('ALPN: %s with h2 and http/1.1 is %s', async (offer, expected) => {
      const { port, next } = await ends.server({ ...credential(healthy), ALPNProtocols: ['h2', 'http/1.1'] });
      const accepted = next();
      await ask(port, offer === undefined ? [] : ['-alpn', offer]);
      expect(ourEnd(await accepted).socket.alpnProtocol).toBe(expected);
    });

    test.each([
      ['localhost', /Peer certificate: CN ?= ?localhost/],
      ['other.test', /Peer certificate: CN ?= ?second/],
      ['www.wild.test', /Peer certificate: CN ?= ?third/],
      ['unknown.test', /Peer certificate: CN ?= ?localhost/],
      [undefined, /Peer certificate: CN ?= ?localhost/],
    ])('SNI: %s gets %s', async (servername, expected) => {
      const all = [
        healthy,
        files.issue({ commonName: 'second', names: ['other.test'] }),
        files.issue({ commonName: 'third', names: ['*.wild.test'] }),
      ];
      const { port, next } = await ends.server({ cert: all.map(({ cert }) => cert), key: all.map(({ key }) => key) });
      const accepted = next();
      const asking = servername === undefined ? ['-noservername'] : ['-servername', servername];
      // The last name to verify counts: which certificate comes is what is looked at here.
      const { stderr } = await ask(port, [...asking, '-verify_hostname', nameIn(expected)]);
      expect(stderr).toMatch(expected);
      expect(ourEnd(await accepted).socket.servername).toBe(servername ?? false);
    });

    test.each([
      ['requested', true],
      ['requested', false],
      ['required', true],
    ] as const)('a client certificate: %s, given: %s', async (how, isGiven) => {
      const { port, next } = await ends.server({
        ...credential(healthy),
        ca: files.ca.cert,
        requestCert: true,
        rejectUnauthorized: how === 'required',
      });
      const accepted = next();
      await ask(port, isGiven ? presenting(files.client()) : []);
      const { socket } = ourEnd(await accepted);
      expect(socket.authorized).toBe(isGiven);
      expect(socket.getPeerX509Certificate()?.subject).toBe(isGiven ? 'CN=a client' : undefined);
    });
  });

  describe.skipIf(program === undefined)('the same', () => {
    test('exporter', async () => {
      const { peer, socket } = await conversation({}, ['-keymatexport', 'EXPORTER-interop', '-keymatexportlen', '48']);
      const [, theirs] = await peer.waitFor(/Keying material: ([0-9A-F]{96})/);
      expect(socket.exportKeyingMaterial(48, 'EXPORTER-interop').toString('hex').toUpperCase()).toBe(theirs);
    });

    test('key log', async () => {
      const theirs = join(tempDir(), 'keys');
      const ours: string[] = [];
      const secureContext = contextWith(credential(healthy), { keyLog: (text) => ours.push(text) });
      const { port } = await ends.server({ secureContext });
      await ask(port, ['-keylogfile', theirs]);
      const lines = keyLines(readFileSync(theirs, 'utf8').split('\n'));
      expect(lines).toHaveLength(5);
      expect(keyLines(ours)).toEqual(lines);
    });

    test.each([true, false])('HelloRetryRequest, with a cookie: %s', async (cookie) => {
      const { trace, messages } = diary();
      const secureContext = contextWith({ ...credential(healthy), groups: 'P-384' }, { cookie });
      const { port } = await ends.server({ secureContext, trace });
      await ask(port, []);
      expect(messages().filter((name) => /hello/.test(name))).toEqual([
        'received client_hello',
        'sent hello_retry_request',
        'received client_hello',
        'sent server_hello',
      ]);
    });
  });

  describe.skipIf(program === undefined)('records', () => {
    test('theirs padded and small, ours padded and small', async () => {
      const { trace, events } = diary();
      const secureContext = contextWith(credential(healthy), { padTo: 300 });
      const text = 'padded '.repeat(400);
      const serve = async (socket: TLSSocket) => {
        socket.setMaxSendFragment(700);
        await line(socket);
        socket.end(text);
      };
      const { port } = await ends.server({ secureContext, trace }, serve);
      const small = ['-record_padding', '512', '-maxfraglen', '512', '-max_send_frag', '600'];
      const { stdout } = await askingClient(openssl, port, files.caFile, small, `${'long '.repeat(400)}\n`);
      expect(stdout).toContain(text);
      const [sent, received] = [dataRecords(events, 'sent'), dataRecords(events, 'received')];
      expect(sent.map(({ contentLength }) => contentLength)).toEqual([700, 700, 700, 700]);
      expect(sent.every(({ contentLength, padding }) => (contentLength + 1 + padding) % 300 === 0)).toBe(true);
      expect(received.length).toBeGreaterThanOrEqual(4);
      expect(received.every(({ contentLength }) => contentLength <= 600)).toBe(true);
      expect(received.some(({ padding }) => padding > 0)).toBe(true);
    });

    test.each([true, false])('middlebox compatibility: %s', async (theirs) => {
      const { trace, events } = diary();
      const { port } = await ends.server({ ...credential(healthy), trace });
      await ask(port, theirs ? [] : ['-no_middlebox']);
      expect(compatibilityRecords(events, 'received')).toBe(theirs ? 1 : 0);
      // RFC 8446 appendix D.4: to a client with a session id, and only to that.
      expect(compatibilityRecords(events, 'sent')).toBe(theirs ? 1 : 0);
    });
  });

  describe.skipIf(program === undefined)('KeyUpdate', () => {
    test.each([
      ['k', ['received key_update']],
      ['K', ['received key_update', 'sent key_update']],
    ])('theirs: %s', async (command, expected) => {
      const { trace, messages } = diary();
      const { peer, socket } = await conversation({ trace });
      peer.write(`${command}\n`);
      await expect.poll(() => messages('key_update'), { interval: 5 }).not.toEqual([]);
      socket.write('under new keys\n');
      await peer.waitFor(/^under new keys$/m);
      peer.write('and back\n');
      expect(await line(socket)).toBe('and back\n');
      expect(messages('key_update')).toEqual(expected);
    });

    test.each([false, true])('ours, asking for theirs: %s', async (requestPeer) => {
      const { trace, messages } = diary();
      const { peer, socket } = await conversation({ trace });
      for (const text of ['first', 'second']) {
        engineOf(socket).updateKeys(requestPeer);
        socket.write(`${text}\n`);
        await peer.waitFor(new RegExp(`^${text}$`, 'm'));
      }
      peer.write('and back\n');
      expect(await line(socket)).toBe('and back\n');
      const updates = messages('key_update');
      expect(updates.filter((name) => name.startsWith('sent'))).toHaveLength(2);
      expect(updates.filter((name) => name.startsWith('received'))).toHaveLength(requestPeer ? 2 : 0);
    });
  });

  describe.skipIf(program === undefined)('the end', () => {
    test('ours: close_notify', async () => {
      const { peer, socket } = await conversation();
      socket.end('last words\n');
      // What it prints of a ticket may stand between.
      await peer.waitFor(/^last words\n(.*\n)*closed\n/m);
      expect(await failure(socket)).toBeUndefined();
      expect(peer.output()).not.toMatch(/:error:/);
    });

    test('theirs: close_notify', async () => {
      const { peer, socket } = await conversation();
      const failed = failure(socket);
      peer.write('Q\n');
      await once(socket, 'end');
      expect(await failed).toBeUndefined();
      expect(socket.truncated).toBe(false);
    });

    test('theirs without one is an error', async () => {
      const { peer, socket } = await conversation();
      const failed = failure(socket);
      process.kill(peer.pid, 'SIGKILL');
      expect(await failed).toMatchObject({ code: 'CONNECTION_TRUNCATED' });
      expect(socket.truncated).toBe(true);
    });
  });
});

function credential({ cert, key }: CertificateFiles): { cert: string; key: string } {
  return { cert, key };
}

function nameIn(pattern: RegExp): string {
  if (pattern.source.endsWith('second')) return 'other.test';
  return pattern.source.endsWith('third') ? 'www.wild.test' : 'localhost';
}
