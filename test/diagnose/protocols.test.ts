/** Ports that speak another protocol, or another application protocol than asked for. */
import type { Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { createServer } from '../../src/node/index.ts';
import { check } from '../../src/node/probe/index.ts';
import { requirePeer, startOpensslServer } from '../support/peers.ts';
import {
  ca,
  diagnose,
  hangUp,
  httpServer,
  onlyFinding,
  rawServer,
  serve,
  tableOf,
  textsOf,
  writeFiles,
} from './serve.ts';

const openssl = requirePeer('openssl');
const credential = ca.issue({ names: ['shop.example'] });

describe('a banner', () => {
  test.each([
    ['SMTP', '220 mail.test ESMTP ready\r\n', /^use STARTTLS, or the port where SMTP is over TLS: 465$/, 'smtp'],
    ['SMTP', '554 no service here\r\n', /465$/, 'smtp'],
    ['SMTP', '220 ftp.mail.test ESMTP\r\n', /465$/, 'smtp'],
    ['FTP', '220 (vsFTPd 3.0.5)\r\n', /FTP is over TLS: 990$/, 'ftp'],
    ['SMTP or FTP', '220 ready\r\n', /465 for SMTP, 990 for FTP$/, undefined],
    ['IMAP', '* OK [CAPABILITY IMAP4rev1] ready\r\n', /IMAP is over TLS: 993$/, 'imap'],
    ['POP3', '+OK ready\r\n', /POP3 is over TLS: 995$/, 'pop3'],
    ['NNTP', '200 news.test ready\r\n', /NNTP is over TLS: 563$/, 'nntp'],
    ['ManageSieve', '"IMPLEMENTATION" "sieve"\r\n', /^use STARTTLS$/, 'sieve'],
    ['SSH', 'SSH-2.0-OpenSSH_9.2p1\r\n', /^use the port that speaks TLS: SSH has a protection of its own/, undefined],
    ['MySQL', 'J\0\0\0\n8.0.36\0', /^let the client ask for TLS itself: --ssl-mode/, 'mysql'],
    ['MySQL', 'E\0\0\0\xffj\x04Host is not allowed', /^let the client ask for TLS itself/, 'mysql'],
    ['Redis', '-ERR unknown command\r\n', /^use the port of tls-port/, undefined],
  ])('%s: %j', async (name, banner, fix, starttls) => {
    const report = await diagnose(await serve(rawServer((socket) => socket.write(banner, 'latin1'))));
    const finding = onlyFinding(report);
    expect(finding).toMatchObject({
      code: 'NOT_TLS',
      title: `the port speaks ${name}, not TLS`,
      fix: { text: expect.stringMatching(fix) },
      proof: { kind: 'bytes', connections: [1] },
    });
    const command = starttls === undefined ? [] : [expect.stringMatching(new RegExp(`-starttls ${starttls}$`))];
    expect(finding.fix.commands).toEqual(command);
    expect(report.facts.connections).toBe(1);
  });

  test('of nothing that is known', async () => {
    const finding = onlyFinding(await diagnose(await serve(rawServer((socket) => socket.write('hello\r\n')))));
    expect([finding.code, finding.title]).toEqual(['NOT_TLS', 'the first bytes are not a TLS record']);
    expect(finding.fix.text).toMatch(/^use the port that speaks TLS, or turn TLS on for 127\.0\.0\.1:\d+$/);
  });
});

describe('PostgreSQL, which says nothing before it is asked', () => {
  /** What it does: an answer of one byte to an SSLRequest, and a closed connection for what it does not understand. */
  function postgresql(answer: 'S' | 'N') {
    return rawServer((socket: Socket) =>
      socket.once('data', (data: Buffer) => {
        if (data.toString('hex') === '0000000804d2162f') socket.write(answer);
        else socket.end();
      }),
    );
  }

  test.each([
    ['S', 'S, it has TLS', /^let the client ask for TLS itself: sslmode=verify-full$/],
    ['N', 'N, TLS is off', /^turn TLS on there, ssl = on in postgresql\.conf/],
  ] as const)('%s', async (answer, says, fix) => {
    const finding = onlyFinding(await diagnose(await serve(postgresql(answer))));
    expect(finding).toMatchObject({
      code: 'NOT_TLS',
      title: 'the port speaks PostgreSQL, not TLS',
      proof: {
        kind: 'probe',
        changed: 'protocol: TLS -> SSLRequest of PostgreSQL',
        before: 'connection closed',
        after: `"${answer}"`,
      },
      fix: { text: expect.stringMatching(fix), commands: [expect.stringMatching(/-starttls postgres$/)] },
    });
    expect(textsOf(finding)).toEqual([`its request for TLS is answered: ${says}`]);
  });

  test('a server that just closes is not taken for it', async () => {
    const finding = onlyFinding(
      await diagnose(await serve(rawServer((socket) => socket.once('data', () => socket.end())))),
    );
    expect(finding.code).toBe('CLOSED_BEFORE_DATA');
    expect(finding.notes[0]).toContain("PostgreSQL's request for TLS");
  });
});

describe('an application protocol', () => {
  test('that the server does not know: no ALPN in its answer', async () => {
    const report = await diagnose(await serve(createTlsServer(credential, hangUp)), {
      alpn: ['h2'],
      http: false,
      resumption: false,
    });
    const finding = onlyFinding(report);
    expect(finding).toMatchObject({
      code: 'ALPN_UNEXPECTED',
      title: 'asked for h2 by ALPN, the server chose nothing',
      where: { message: 'EncryptedExtensions message' },
      proof: { kind: 'bytes', after: 'EncryptedExtensions without ALPN', connections: [1] },
      fix: { text: expect.stringMatching(/^turn h2 on where the TLS of /) },
    });
    expect(tableOf(finding)).toEqual([
      'asked for h2 (ALPN of the ClientHello)',
      expect.stringMatching(/^got nothing \(EncryptedExtensions with \d extensions?\)$/),
      'http/1.1 no ALPN in the answer (the handshake completes)',
    ]);
    expect(report.facts.connections).toBe(2);
  });

  test('beside one that it does know and chooses when asked', async () => {
    // Chooses when it can, and says nothing when it can not (RFC 7301 section 3.1).
    const server = createTlsServer(
      { ...credential, ALPNCallback: ({ protocols }) => protocols.find((one) => one === 'http/1.1') },
      hangUp,
    );
    const finding = onlyFinding(await diagnose(await serve(server), { alpn: ['h2'], http: false }));
    // Node.js refuses with an alert where there is none in common: then it is ALPN_REFUSED, with what is taken.
    expect(finding).toMatchObject({
      code: 'ALPN_REFUSED',
      notes: ['it takes http/1.1: a handshake that offers that completes', 'without ALPN the handshake completes'],
      fix: { text: expect.stringMatching(/^offer http\/1\.1, or add h2 to the ALPN list on 127\.0\.0\.1$/) },
    });
  });

  test.each([[['http/1.1']], [['h2', 'http/1.1']], [[]]])('%j: HTTP/1.1 needs no answer', async (alpn) => {
    const port = await serve(createTlsServer(credential, hangUp));
    const report = await diagnose(port, { alpn, http: false, resumption: false });
    expect([report.status, report.facts.connections]).toEqual(['healthy', 1]);
  });

  test('a mute HTTP/2 beside an HTTP/1.1 that answers', async () => {
    const server = createServer({ ...credential, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
      socket.on('error', () => undefined);
      if (socket.alpnProtocol === 'h2') socket.resume();
      else socket.once('data', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
    });
    const finding = onlyFinding(await diagnose(await serve(server), { timeout: 1_500 }));
    expect(finding).toMatchObject({
      code: 'HTTP_NO_ANSWER',
      proof: {
        kind: 'probe',
        changed: 'ALPN: h2, http/1.1 -> http/1.1',
        before: 'no answer in 1.5 s',
        after: 'HTTP 204',
      },
      fix: { text: expect.stringMatching(/^turn HTTP\/2 off .* HTTP\/1\.1 is answered$/) },
    });
  });

  test.skipIf(openssl === undefined)('that openssl refuses: what a client without ALPN gets', async () => {
    const [cert, key] = writeFiles(credential.cert, credential.key);
    const peer = await startOpensslServer([
      '-tls1_3',
      '-cert',
      cert,
      '-cert_chain',
      cert,
      '-key',
      key,
      '-alpn',
      'acme-tls/1',
    ]);
    try {
      const finding = onlyFinding(await diagnose(peer.port, { http: false }));
      expect(finding).toMatchObject({ code: 'ALPN_REFUSED', notes: ['without ALPN the handshake completes'] });
    } finally {
      await peer.stop();
    }
  });
});

describe('HTTP', () => {
  test('that nobody promised is not waited for to the end of the timeout', async () => {
    const server = createServer(credential, (socket) => socket.on('error', () => undefined).resume());
    const report = await check(`127.0.0.1:${await serve(server)}`, {
      ca: ca.root,
      sni: 'shop.example',
      timeout: 60_000,
    });
    expect(report.steps.find(({ step }) => step === 'http')?.text).toBe('no HTTP: no answer in 1.5 s');
    expect(report.status).toBe('healthy');
  });

  test('with headers beyond what Node.js reads by default', async () => {
    const server = createServer({ ...credential, ALPNProtocols: ['http/1.1'] }, (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(40_000)}\r\n\r\n`));
    });
    expect((await diagnose(await serve(server))).status).toBe('healthy');
  });

  test('with headers beyond what is read', async () => {
    const server = createServer({ ...credential, ALPNProtocols: ['http/1.1'] }, (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(90_000)}\r\n\r\n`));
    });
    const finding = onlyFinding(await diagnose(await serve(server)));
    expect(finding.title).toContain('headers of more than 65536 bytes, which this client does not read');
  });

  test.each([
    ['https://login.test/in?code=s3cret#token', 'https://login.test/in?…'],
    ['https://user:s3cret@login.test/in', 'https://login.test/in'],
    ['/in#s3cret', '/in#…'],
    ['/plain', '/plain'],
  ])('a redirect to %s keeps no secret', async (location, kept) => {
    const server = httpServer(credential);
    server.prependListener('request', (_request, response) => response.setHeader('location', location));
    const report = await diagnose(await serve(server));
    expect(report.facts.addresses[0]?.http?.headers.location).toBe(kept);
    expect(JSON.stringify(report.facts.run)).not.toContain('s3cret');
  });
});

test('more certificates than anybody needs: a limit of this client, and no fault of the protocol', async () => {
  const { cert, key } = credential;
  const report = await diagnose(await serve(createServer({ cert: cert.repeat(400), key }, hangUp)), { http: false });
  expect(onlyFinding(report)).toMatchObject({
    code: 'PEER_LIMIT_EXCEEDED',
    title: expect.stringMatching(/^the server sends more than this client reads: .*\d/),
    fix: { text: expect.stringMatching(/^let 127\.0\.0\.1:\d+ send less/) },
  });
});
