/** Servers that want a client certificate: why ours is refused is read in ours. */
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { OID } from '../../src/asn1/index.ts';
import { createCa, type LabCa, type LeafRequest } from '../../src/lab/ca.ts';
import { createServer } from '../../src/node/index.ts';
import type { CheckOptions } from '../../src/node/probe/index.ts';
import { requirePeer, startNginx } from '../support/peers.ts';
import { testCa } from '../support/pki.ts';
import { ca, DAY, diagnose, hangUp, httpServer, now, onlyFinding, serve, textsOf, writeFiles } from './serve.ts';

const nginx = requirePeer('nginx');
const server = ca.issue({ names: ['shop.example'] });
const stranger = createCa(now);

/** A client certificate that differs from a good one in this. */
function client(change: Partial<LeafRequest> = {}, by: LabCa = ca): CheckOptions {
  return by.issue({ names: ['client.test'], extendedKeyUsage: [OID.clientAuth], ...change });
}

/** Ours: names its CAs and ends the handshake with an alert. */
async function ours(options: CheckOptions) {
  const one = createServer({ ...server, ca: ca.root, requestCert: true }, hangUp);
  return diagnose(await serve(one), { http: false, ...options });
}

describe('a certificate that is refused', () => {
  test.each<[string, CheckOptions, { title: string; reads: string; fix: string; alert: string }]>([
    [
      'expired',
      client({ notBefore: now - 93 * DAY, notAfter: now - 3 * DAY }),
      { title: 'it expired', reads: 'notAfter', fix: 'renew the client certificate', alert: '45 certificate_expired' },
    ],
    [
      'not valid yet',
      client({ notBefore: now + 3 * DAY, notAfter: now + 90 * DAY }),
      { title: 'it is not valid yet', reads: 'notBefore', fix: 'compare the clock', alert: '42 bad_certificate' },
    ],
    [
      'for servers only, as public CAs issue since 2026',
      client({ extendedKeyUsage: [OID.serverAuth] }),
      {
        title: 'it is not for clients',
        reads: 'extKeyUsage serverAuth',
        fix: 'use a certificate for client authentication',
        alert: '43 unsupported_certificate',
      },
    ],
    [
      'of another issuer than the server names',
      testCa('Elsewhere').issue({ purposes: ['clientAuth'] }),
      {
        title: 'its issuer is none that the server names',
        reads: 'issuer Elsewhere',
        fix: 'use a client certificate of a CA that the server names: Lab Root',
        alert: '48 unknown_ca',
      },
    ],
  ])('%s', async (_, options, { title, reads, fix, alert }) => {
    const finding = onlyFinding(await ours(options));
    expect(finding).toMatchObject({
      code: 'CLIENT_CERT_REJECTED',
      title: `the server refuses the client certificate: ${title}`,
      where: { message: 'our Certificate message' },
      evidence: [{ kind: 'bytes', reads }, { kind: 'bytes', reads: 'certificate_request' }, { kind: 'text' }],
      fix: { text: expect.stringContaining(fix) },
      proof: { kind: 'bytes', after: expect.stringContaining(`alert ${alert}`), connections: [1, 2] },
    });
    expect(textsOf(finding)).toEqual(['with no client certificate: alert 116 certificate_required']);
    expect(finding.notes).toContain('the server takes certificates of Lab Root');
  });

  test('with nothing wrong that could be seen from here', async () => {
    // The root of the stranger has the same name: only its signature tells it.
    const finding = onlyFinding(await ours(client({}, stranger)));
    expect(finding.title).toMatch(/^the server refuses the client certificate: alert \d+ /);
    expect(finding.notes[0]).toMatch(
      /^nothing wrong with it is seen from here: client\.test, of Lab Intermediate, until /,
    );
    expect(finding.fix.text).toMatch(/^look at the log of 127\.0\.0\.1:\d+: it says why$/);
  });

  test('is none when it is accepted', async () => {
    expect((await ours(client())).status).toBe('healthy');
  });
});

describe('no certificate', () => {
  test('the CAs that are taken are named', async () => {
    expect(onlyFinding(await ours({}))).toMatchObject({
      code: 'CLIENT_CERT_REQUIRED',
      notes: ['it takes certificates of Lab Root; Go and Java send none that is not of these'],
      fix: { text: 'connect with a certificate that the server accepts, of Lab Root: --cert FILE --key FILE' },
    });
  });

  test('a server that names none', async () => {
    const one = createTlsServer({ ...server, requestCert: true, rejectUnauthorized: true, ca: [] }, hangUp);
    const report = await diagnose(await serve(one), { http: false });
    for (const finding of report.findings) expect(finding.notes).toEqual(['it does not say of which CAs']);
  });
});

describe.skipIf(nginx === undefined)('nginx, which completes the handshake and says it in HTTP', () => {
  async function behindNginx(options: CheckOptions) {
    const [cert, key, root] = writeFiles(server.cert, server.key, ca.root);
    const peer = await startNginx(
      (port) => `server { listen 127.0.0.1:${port} ssl http2; ssl_certificate ${cert}; ssl_certificate_key ${key};
        ssl_protocols TLSv1.3; ssl_client_certificate ${root}; ssl_verify_client on; ssl_verify_depth 3;
        location / { return 200 "served"; } }`,
    );
    try {
      return await diagnose(peer.port, options);
    } finally {
      await peer.stop();
    }
  }

  test('none was sent', async () => {
    const report = await behindNginx({});
    expect(onlyFinding(report)).toMatchObject({
      code: 'CLIENT_CERT_REQUIRED',
      title: expect.stringMatching(/answers 400 "No required SSL certificate was sent" without one$/),
    });
    expect(report.facts.addresses[0]?.http).toMatchObject({ method: 'GET', status: 400 });
  });

  test('one that expired', async () => {
    const report = await behindNginx(client({ notBefore: now - 93 * DAY, notAfter: now - 3 * DAY }));
    expect(onlyFinding(report)).toMatchObject({
      code: 'CLIENT_CERT_REJECTED',
      title: 'the server refuses the client certificate: it expired',
    });
  });

  test('a good one', async () => {
    expect((await behindNginx(client())).status).toBe('healthy');
  });
});

describe('Node.js at TLS 1.2, which refuses a client certificate by closing', () => {
  test('where none passes either, the end is told and no cause is', async () => {
    const mutual = { ca: ca.root, requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' } as const;
    const one = createTlsServer({ ...server, ...mutual }, hangUp);
    const finding = onlyFinding(await diagnose(await serve(one), { http: false, ...client({}, stranger) }));
    expect(finding.code).toBe('UNEXPLAINED');
    expect(finding.notes[0]).toBe(
      'the server asked for a client certificate and got the one given; that this is why it ends here is not shown',
    );
  });
});

test('one that is refused by an end, where none is accepted: shown by both, and by a second try', async () => {
  // The Finished of TLS 1.2 is withheld from whoever sends a certificate: it makes the client's flight long.
  const behind = createTlsServer(
    { ...server, ca: ca.root, requestCert: true, rejectUnauthorized: false, maxVersion: 'TLSv1.2' },
    hangUp,
  );
  await serve(behind);
  const front = createTcpServer((socket) => {
    const back = connect((behind.address() as AddressInfo).port, '127.0.0.1');
    socket.once('data', (hello) => {
      back.write(hello);
      socket.on('data', (flight) => (flight.length > 400 ? socket.end() : back.write(flight)));
    });
    back.on('error', () => undefined).on('data', (data) => socket.write(data));
    socket.on('close', () => back.destroy());
  });
  const report = await diagnose(await serve(front), { http: false, ...client({}, stranger) });
  expect(onlyFinding(report)).toMatchObject({
    code: 'CLIENT_CERT_REJECTED',
    proof: {
      kind: 'probe',
      changed: 'client certificate: the one given -> none',
      before: expect.stringMatching(/^connection closed after \d+ bytes$/),
      connections: [1, 2, 3],
    },
  });
});

describe('an end in place of a verdict, in TLS 1.3', () => {
  /** Asks for a certificate, and ends without an alert once the handshake is complete for the client. */
  async function turnedAway(options: CheckOptions, end: (socket: Socket) => unknown) {
    const one = createServer({
      ...server,
      ca: ca.root,
      requestCert: true,
      rejectUnauthorized: false,
      sessionTimeout: 0,
    });
    let last: Socket | undefined;
    one.on('connection', (socket: Socket) => {
      last = socket;
    });
    one.on('secureConnection', (secure: Duplex) => {
      secure.on('error', () => undefined);
      if (last !== undefined) end(last);
    });
    return diagnose(await serve(one), { alpn: [], ...options });
  }

  test.each<[string, CheckOptions]>([
    ['HTTP asked for', {}],
    ['no HTTP', { http: false }],
  ])('is no healthy server: %s', async (_, options) => {
    const report = await turnedAway(options, (socket) => socket.destroy());
    const finding = onlyFinding(report);
    expect(finding.code).toBe('UNEXPLAINED');
    expect(finding.notes[0]).toBe(
      'the server asked for a client certificate and got none; that this is why it ends here is not shown',
    );
    expect(report.facts.connections).toBe(1);
  });

  test('is none where the server says that it ends', async () => {
    const one = createServer({
      ...server,
      ca: ca.root,
      requestCert: true,
      rejectUnauthorized: false,
      sessionTimeout: 0,
    });
    one.on('secureConnection', hangUp);
    const report = await diagnose(await serve(one), { alpn: [], http: false });
    expect([report.status, report.findings]).toEqual(['healthy', []]);
  });

  test('nor where it answers', async () => {
    const one = httpServer(server, undefined, { ca: ca.root, requestCert: true, rejectUnauthorized: false });
    const report = await diagnose(await serve(one), { alpn: [] });
    expect([report.status, report.findings]).toEqual(['healthy', []]);
  });
});
