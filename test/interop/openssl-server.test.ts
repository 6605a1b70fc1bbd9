import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type PeerServer, startOpensslServer, tempDir } from '../support/peers.ts';
import {
  compatibilityRecords,
  contextWith,
  dataRecords,
  diary,
  engineOf,
  failure,
  keyLines,
  line,
  useEnds,
} from './ends.ts';
import { type CertificateFiles, type FileCa, fileCa, OPENSSLS, presenting, reversingServer } from './openssl.ts';

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

describe.each(OPENSSLS)('our client, s_server of $name', (openssl) => {
  const { program } = openssl;

  /** s_server that reverses lines. */
  const reversing = async (args: readonly string[]) => {
    const peer = await reversingServer(openssl, [...presenting(healthy), ...args]);
    peers.push(peer);
    return peer;
  };
  /** s_server that prints what it receives and sends what is written to it. */
  const interactive = async (args: readonly string[] = []) => {
    const peer = await startOpensslServer([...presenting(healthy), ...args], program);
    peers.push(peer);
    return peer;
  };
  const ask = async (socket: Awaited<ReturnType<typeof ends.client>>) => {
    socket.write('hello\n');
    expect(await line(socket)).toBe('olleh\n');
    return socket;
  };

  describe.skipIf(program === undefined)('agrees on', () => {
    test.each([
      [['http/1.1'], 'http/1.1'],
      [['http/1.1', 'h2'], 'h2'],
      [undefined, false],
    ])('ALPN: %s of h2 and http/1.1 is %s', async (ALPNProtocols, expected) => {
      const { port } = await reversing(['-alpn', 'h2,http/1.1']);
      const socket = await ask(await ends.client({ port, ca: files.ca.cert, ALPNProtocols }));
      expect(socket.alpnProtocol).toBe(expected);
    });

    test.each([
      ['localhost', 'first'],
      ['other.test', 'second'],
      ['unknown.test', 'first'],
    ])('SNI: %s gets the %s certificate', async (servername, which) => {
      const other = files.issue({ commonName: 'second', names: ['other.test'] });
      const { port } = await reversing(
        ['-servername', 'other.test', '-cert2', other.certFile, '-key2', other.keyFile], //
      );
      const socket = await ask(
        await ends.client({ port, ca: files.ca.cert, servername, checkServerIdentity: () => undefined }),
      );
      expect(socket.getPeerX509Certificate()?.subject).toBe(which === 'second' ? 'CN=second' : 'CN=localhost');
      expect(engineOf(socket).info.serverNameAcknowledged).toBe(servername === 'other.test');
    });

    const keys = { requested: '-verify', required: '-Verify' } as const;
    test.each([
      ['requested', true],
      ['requested', false],
      ['required', true],
    ] as const)('a client certificate: %s, given: %s', async (how, isGiven) => {
      const peer = await reversing(['-CAfile', files.caFile, '-verify_return_error', keys[how], '2']);
      const { cert, key } = files.client();
      const socket = await ask(
        await ends.client({ port: peer.port, ca: files.ca.cert, ...(isGiven && { cert, key }) }),
      );
      expect(engineOf(socket).info.certificateRequest?.certificateAuthorities).toHaveLength(1);
      await peer.waitFor(isGiven ? /Peer certificate: CN ?= ?a client/ : /No peer certificate/);
    });
  });

  describe.skipIf(program === undefined)('the same secrets', () => {
    test('exporter', async () => {
      const { port, waitFor } = await interactive(['-keymatexport', 'EXPORTER-interop', '-keymatexportlen', '48']);
      const socket = await ends.client({ port, ca: files.ca.cert });
      const [, theirs] = await waitFor(/Keying material: ([0-9A-F]{96})/);
      expect(socket.exportKeyingMaterial(48, 'EXPORTER-interop').toString('hex').toUpperCase()).toBe(theirs);
    });

    test('key log', async () => {
      const theirs = join(tempDir(), 'keys');
      const { port } = await reversing(['-keylogfile', theirs]);
      const ours: string[] = [];
      const secureContext = contextWith({ ca: files.ca.cert }, { keyLog: (text) => ours.push(text) });
      await ask(await ends.client({ port, secureContext }));
      const lines = keyLines(readFileSync(theirs, 'utf8').split('\n'));
      expect(lines).toHaveLength(5);
      expect(keyLines(ours)).toEqual(lines);
    });

    test('HelloRetryRequest with a cookie', async () => {
      const peer = await interactive(['-stateless']);
      const { trace, events, messages } = diary();
      // s_server -stateless takes no change_cipher_spec before the second ClientHello, not from s_client either.
      const secureContext = contextWith({ ca: files.ca.cert }, { middleboxCompatibility: false });
      const socket = await ends.client({ port: peer.port, secureContext, trace });
      socket.write('with a cookie\n');
      await peer.waitFor(/^with a cookie$/m);
      expect(messages().filter((name) => /hello/.test(name))).toEqual([
        'sent client_hello',
        'received hello_retry_request',
        'sent client_hello',
        'received server_hello',
      ]);
      const retry = events.find((event) => event.kind === 'message' && event.name === 'hello_retry_request');
      expect(JSON.stringify(retry)).toContain('cookie');
    });
  });

  describe.skipIf(program === undefined)('records', () => {
    test('theirs padded and small, ours padded and small', async () => {
      const { port } = await reversing(['-record_padding', '512', '-max_send_frag', '600']);
      const { trace, events } = diary();
      const secureContext = contextWith({ ca: files.ca.cert }, { padTo: 300 });
      const socket = await ends.client({ port, secureContext, trace });
      socket.setMaxSendFragment(700);
      const text = 'padded '.repeat(400);
      socket.write(`${text}\n`);
      expect(await line(socket)).toBe(`${[...text].reverse().join('')}\n`);
      const [sent, received] = [dataRecords(events, 'sent'), dataRecords(events, 'received')];
      expect(sent.map(({ contentLength }) => contentLength)).toEqual([700, 700, 700, 700, 1]);
      expect(sent.every(({ contentLength, padding }) => (contentLength + 1 + padding) % 300 === 0)).toBe(true);
      expect(received.length).toBeGreaterThanOrEqual(5);
      expect(received.every(({ contentLength }) => contentLength <= 600)).toBe(true);
      expect(received.some(({ padding }) => padding > 0)).toBe(true);
    });

    test.each([
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ])('middlebox compatibility: ours %s, theirs %s', async (ours, theirs) => {
      const { port } = await reversing(theirs ? [] : ['-no_middlebox']);
      const { trace, events } = diary();
      const secureContext = contextWith({ ca: files.ca.cert }, { middleboxCompatibility: ours });
      await ask(await ends.client({ port, secureContext, trace }));
      expect(compatibilityRecords(events, 'sent')).toBe(ours ? 1 : 0);
      // RFC 8446 appendix D.4 asks for it where the client sent a session id; OpenSSL sends it to others too.
      expect(compatibilityRecords(events, 'received')).toBe(theirs ? 1 : 0);
    });
  });

  describe.skipIf(program === undefined)('KeyUpdate', () => {
    test.each([
      ['k', ['received key_update']],
      ['K', ['received key_update', 'sent key_update']],
    ])('theirs: %s', async (command, expected) => {
      const peer = await interactive();
      const { trace, messages } = diary();
      const socket = await ends.client({ port: peer.port, ca: files.ca.cert, trace });
      peer.write(`${command}\n`);
      await expect.poll(() => messages('key_update'), { interval: 5 }).not.toEqual([]);
      socket.write('under new keys\n');
      await peer.waitFor(/^under new keys$/m);
      peer.write('and back\n');
      expect(await line(socket)).toBe('and back\n');
      expect(messages('key_update')).toEqual(expected);
    });

    test.each([false, true])('ours, asking for theirs: %s', async (requestPeer) => {
      const peer = await interactive();
      const { trace, messages } = diary();
      const socket = await ends.client({ port: peer.port, ca: files.ca.cert, trace });
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
      const peer = await interactive();
      const socket = await ends.client({ port: peer.port, ca: files.ca.cert });
      socket.end('last words\n');
      await peer.waitFor(/^last words\nDONE\n/m);
      expect(await failure(socket)).toBeUndefined();
      expect(peer.output()).not.toMatch(/ERROR|:error:/);
    });

    test('theirs: close_notify', async () => {
      const { port } = await reversing([]);
      const socket = await ends.client({ port, ca: files.ca.cert });
      const failed = failure(socket);
      socket.write('CLOSE\n');
      await once(socket, 'end');
      expect(await failed).toBeUndefined();
      expect(socket.truncated).toBe(false);
    });

    test('theirs without one is an error', async () => {
      const peer = await interactive();
      const socket = await ends.client({ port: peer.port, ca: files.ca.cert });
      const failed = failure(socket);
      peer.write('Q\n'); // closes the TCP connection under TLS
      expect(await failed).toMatchObject({ code: 'CONNECTION_TRUNCATED' });
      expect(socket.truncated).toBe(true);
    });
  });
});
