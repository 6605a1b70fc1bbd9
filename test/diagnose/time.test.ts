/** Certificates out of their time, at every depth, and clocks that are wrong. */
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { exitCodeOf, judge } from '../../src/diagnose/index.ts';
import { createCa } from '../../src/lab/ca.ts';
import { startNameServer } from '../../src/lab/name-server.ts';
import { check } from '../../src/node/probe/index.ts';
import { ca, DAY, diagnose, httpServer, now, onlyFinding, rawServer, serve, tableOf } from './serve.ts';

const future = ca.issue({ names: ['shop.example'], notBefore: now + 3 * DAY, notAfter: now + 90 * DAY });
const past = ca.issue({ names: ['shop.example'], notBefore: now - 93 * DAY, notAfter: now - 3 * DAY });

describe('an issuer that expired', () => {
  test('an intermediate, while the certificate itself is valid', async () => {
    const issuer = ca.subordinate({ commonName: 'Old Intermediate', notAfter: now - 3 * DAY });
    const credential = ca.issue({ names: ['shop.example'], issuer });
    const report = await diagnose(await serve(httpServer(credential)));
    expect(onlyFinding(report)).toMatchObject({
      code: 'CERT_EXPIRED',
      title: 'notAfter of the intermediate Old Intermediate is in the past',
      summary: expect.stringContaining('intermediate Old Intermediate expired 3 days ago'),
      where: { message: 'Certificate message' },
      notes: [expect.stringMatching(/^the certificate of the server itself is valid until /)],
      fix: { text: expect.stringMatching(/^serve the current chain: replace the intermediate Old Intermediate/) },
    });
    const { where, evidence } = onlyFinding(report);
    const [bytes] = evidence;
    expect(bytes?.kind === 'bytes' ? [bytes.bytes[0], bytes.mark.end] : []).toEqual([0x17, where?.bytes.end]);
    expect(exitCodeOf(report, 'error')).toBe(1);
  });

  test('a root of the trust store, which only the client can replace', async () => {
    const old = createCa(now - 400 * DAY);
    const credential = old.issue({
      ...{ names: ['shop.example'], notBefore: now - DAY, notAfter: now + 80 * DAY },
      issuer: old.subordinate({ notAfter: now + 300 * DAY }),
    });
    const report = await diagnose(await serve(httpServer(credential)), { ca: old.root, caFile: 'roots.pem' });
    expect(onlyFinding(report)).toMatchObject({
      code: 'CERT_EXPIRED',
      title: 'notAfter of the root Lab Root is in the past',
      where: null,
      evidence: [{ kind: 'text', text: expect.stringMatching(/^notAfter .*; now /) }],
      fix: { text: expect.stringMatching(/^update roots\.pem: the root Lab Root in it expired/) },
    });
  });
});

describe('a newer certificate at another address', () => {
  test('one of two servers behind an address was not reloaded', async () => {
    const behind = [past, ca.issue({ names: ['shop.example'] })].map((credential) => httpServer(credential));
    await Promise.all(behind.map((one) => serve(one)));
    let connection = 0;
    const front = rawServer((socket) => behind[connection++ % 2]?.emit('connection', socket));
    expect(onlyFinding(await diagnose(await serve(front)))).toMatchObject({
      code: 'CERT_EXPIRED',
      notes: [
        expect.stringMatching(/^connection 2 to the same address got a newer one .*: of several servers behind it one/),
      ],
      fix: { text: expect.stringMatching(/^reload the server on 127\.0\.0\.1/) },
    });
  });

  test('renewed, not reloaded: told only of one that is accepted', async () => {
    const renewed = ca.issue({ names: ['shop.example'] });
    const stranger = createCa(now).issue({ names: ['shop.example'] });
    for (const [credential, note] of [
      [renewed, /^127\.0\.0\.2 serves a newer one \(to \d{4}-\d\d-\d\d\): renewed, not reloaded$/],
      [stranger, undefined],
    ] as const) {
      const port = await serve(httpServer(past));
      await serve(httpServer(credential), '127.0.0.2', port);
      const resolver = await startNameServer(new Map([['shop.example', { a: ['127.0.0.1', '127.0.0.2'] }]]));
      const report = await check(`shop.example:${port}`, { ca: ca.root, resolver: resolver.url, timeout: 20_000 });
      await resolver.close();
      const expired = report.findings.find(({ code }) => code === 'CERT_EXPIRED');
      expect(expired?.endpoint).toBe(`127.0.0.1:${port}`);
      expect(expired?.notes).toEqual(note === undefined ? [] : [expect.stringMatching(note)]);
      // An accepted certificate beside it is a witness of the clock.
      expect(report.facts.connections).toBe(note === undefined ? 3 : 2);
    }
  });
});

describe('a clock', () => {
  test('of this machine that is behind: the certificate and the server agree', async () => {
    const report = await diagnose(await serve(httpServer(future, now + 10 * DAY)));
    const finding = onlyFinding(report);
    expect(finding).toMatchObject({
      code: 'CLOCK_WRONG',
      title: expect.stringMatching(/^the clock of this machine is (9|10) days behind that of the server/),
      proof: { kind: 'probe', changed: expect.stringMatching(/^verdict on the chain: /), connections: [1, 2] },
      fix: { text: 'set the clock of this machine by a time server', commands: ['date -u'] },
      notes: [],
    });
    expect(tableOf(finding).map((row) => row.split(' ')[0])).toEqual(['this', 'the', 'valid']);
    expect(exitCodeOf(report, 'error')).toBe(1);
  });

  test('that may be either: the certificate expired by one and not by the other', async () => {
    const finding = onlyFinding(await diagnose(await serve(httpServer(past, now - 10 * DAY))));
    expect(finding).toMatchObject({
      code: 'CLOCK_WRONG',
      title: expect.stringMatching(/^the clocks of this machine and of the server are (9|10) days apart/),
      notes: ["if this machine's clock is right, the certificate expired and the server's clock is behind"],
    });
  });

  test.each([
    ['the same as here', now, past, 'CERT_EXPIRED'],
    ['the same as here', now, future, 'CERT_NOT_YET_VALID'],
    ['wrong too', now + 200 * DAY, future, 'CERT_NOT_YET_VALID'],
    ['not told', undefined, past, 'CERT_EXPIRED'],
  ])('%s leaves the fault with the certificate', async (_, date, credential, code) => {
    const server = httpServer(credential, date);
    expect(onlyFinding(await diagnose(await serve(server))).code).toBe(code);
  });

  test('that the user gave is never wrong', async () => {
    const report = await diagnose(await serve(httpServer(past, now - 10 * DAY)), { at: now + 1 });
    expect([onlyFinding(report).code, report.facts.connections]).toEqual(['CERT_EXPIRED', 1]);
  });

  test('is not asked for where anything else is wrong with the chain', async () => {
    const other = ca.issue({ names: ['other.test'], notBefore: now - 93 * DAY, notAfter: now - 3 * DAY });
    const report = await diagnose(await serve(httpServer(other, now - 10 * DAY)));
    expect(report.findings.map(({ code }) => code)).toEqual(['CERT_EXPIRED', 'NAME_MISMATCH']);
    expect(report.facts.addresses[0]?.handshakes.map(({ change }) => change)).toEqual(['handshake:server_name:none']);
  });

  test('is not asked for without HTTP', async () => {
    const report = await diagnose(await serve(httpServer(past, now - 10 * DAY)), { http: false });
    expect(onlyFinding(report).code).toBe('CERT_EXPIRED');
    expect(report.facts.connections).toBe(1);
  });
});

describe('who is asked for the time without being authenticated', () => {
  test('gets no client certificate, and no request but HEAD of /', async () => {
    const seen: string[] = [];
    const client = ca.issue({ names: ['client.test'], extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'] });
    const server = createTlsServer({ ...past, requestCert: true, rejectUnauthorized: false }, (socket) => {
      socket.on('error', () => undefined);
      seen.push(`certificate: ${Object.keys(socket.getPeerCertificate()).length > 0}`);
      socket.once('data', (data) => {
        seen.push(data.toString().split('\r\n')[0] ?? '');
        socket.end(`HTTP/1.1 200 OK\r\nDate: ${new Date(now - 10 * DAY).toUTCString()}\r\n\r\n`);
      });
    });
    const port = await serve(server);
    const report = await check(`https://127.0.0.1:${port}/secret?token=1`, {
      ...{ ca: ca.root, sni: 'shop.example', timeout: 20_000, alpn: ['http/1.1'] },
      ...client,
    });
    expect(onlyFinding(report).code).toBe('CLOCK_WRONG');
    expect(seen).toEqual(['certificate: false', 'HEAD / HTTP/1.1']);
    // The saved run says the same.
    expect(judge(report.facts.run).findings.map(({ code }) => code)).toEqual(['CLOCK_WRONG']);
  });
});
