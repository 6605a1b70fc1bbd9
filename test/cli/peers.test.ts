/** The built command against servers that know nothing of us, and the commands that its findings give to colleagues. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CAUSES, type FindingCode } from '../../src/diagnose/index.ts';
import { type Lab, startLab } from '../../src/lab/index.ts';
import { check } from '../../src/node/probe/index.ts';
import { runInProcess } from '../lab/in-process.ts';
import { requirePeer, run, runOpenssl, startNginx, startOpensslServer, tempDir } from '../support/peers.ts';
import { hellofin, parseDocument } from './command.ts';

const openssl = requirePeer('openssl');
const nginx = requirePeer('nginx');
const curl = requirePeer('curl');
const dig = requirePeer('dig');

describe.skipIf(openssl === undefined)('real servers', () => {
  const credentials: Record<string, { readonly key: string; readonly certificate: string }> = {};

  beforeAll(async () => {
    const keys = {
      ecdsa: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
      rsa: ['-newkey', 'rsa:2048'],
      ed25519: ['-newkey', 'ed25519'],
    };
    for (const [name, newKey] of Object.entries(keys)) {
      const folder = tempDir();
      const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
      const made = await runOpenssl([
        'req',
        '-x509',
        ...newKey,
        '-nodes',
        '-keyout',
        key,
        '-out',
        certificate,
        '-days',
        '90',
        ...subject,
      ]);
      expect(made.code, made.stderr).toBe(0);
      credentials[name] = { key, certificate };
    }
  });

  function credential(name: string) {
    const found = credentials[name];
    if (found === undefined) throw new Error(`no credential ${name}`);
    return found;
  }

  test.each(['ecdsa', 'rsa', 'ed25519'])('openssl s_server with a key of %s', async (name) => {
    const { key, certificate } = credential(name);
    const server = await startOpensslServer(['-key', key, '-cert', certificate]);
    try {
      const { code, stdout } = await hellofin([`localhost:${server.port}`, '-4', '--ca', certificate, '--no-http']);
      expect(stdout).toMatch(/^✔ localhost:\d+ healthy/);
      expect(code).toBe(0);
    } finally {
      await server.stop();
    }
  });

  test.skipIf(nginx === undefined).each(['ecdsa', 'rsa'])('nginx with a key of %s', async (name) => {
    const { key, certificate } = credential(name);
    const server = await startNginx(
      (
        port,
      ) => `server { listen 127.0.0.1:${port} ssl http2; ssl_certificate ${certificate}; ssl_certificate_key ${key};
        ssl_protocols TLSv1.2 TLSv1.3; add_header Strict-Transport-Security "max-age=63072000";
        location / { return 200 "served"; } }`,
    );
    try {
      const args = [`localhost:${server.port}`, '-4', '--ca', certificate];
      const { code, stdout } = await hellofin([...args, '-v']);
      expect(stdout).toMatch(/TLS {3}✔ 1\.3 · .* · h2/);
      expect(stdout).toMatch(/HTTP {2}✔ 200 · HSTS 2y/);
      expect(stdout).toMatch(/forward secret: yes/);
      expect(code).toBe(0);
      const http1 = await hellofin([...args, '--alpn', 'http/1.1', '--json']);
      expect(parseDocument(http1.stdout).results).toMatchObject([
        { status: 'healthy', connections: 2, addresses: [{ sessions: { offers: [{ outcome: 'resumed' }] } }] },
      ]);
    } finally {
      await server.stop();
    }
  });

  test.skipIf(nginx === undefined)('nginx with TLS 1.2 only', async () => {
    const { key, certificate } = credential('ecdsa');
    const server = await startNginx(
      (port) => `server { listen 127.0.0.1:${port} ssl; ssl_certificate ${certificate}; ssl_certificate_key ${key};
        ssl_protocols TLSv1.2; }`,
    );
    try {
      const { code, stdout } = await hellofin([`localhost:${server.port}`, '-4', '--ca', certificate]);
      expect(stdout).toMatch(/^✔ localhost:\d+ healthy in TLS 1\.2/);
      expect(stdout).toContain('notice[TLS13_NOT_SUPPORTED]: the server speaks TLS 1.2 where TLS 1.3 is offered');
      expect(code).toBe(0);
    } finally {
      await server.stop();
    }
  });

  test.skipIf(nginx === undefined)('nginx without TLS', async () => {
    const server = await startNginx((port) => `server { listen 127.0.0.1:${port}; }`);
    try {
      const { code, stdout } = await hellofin([`localhost:${server.port}`, '-4']);
      expect(stdout).toContain('error[NOT_TLS]: the port speaks plain HTTP, not TLS');
      expect(code).toBe(1);
    } finally {
      await server.stop();
    }
  });
});

describe.skipIf([openssl, curl, dig].includes(undefined))('the commands that show the same symptom', () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab();
  });

  afterAll(() => lab.close());

  test('a port where nothing listens', async () => {
    const { findings } = await check('127.0.0.1:9');
    const { code, stderr } = await run('sh', ['-c', findings[0]?.reproduce[0] ?? '']);
    expect(code, stderr).toBe(7);
  });

  /** What shows at each broken endpoint, by the first command that its finding gives. */
  const symptoms: Readonly<Record<string, RegExp>> = {
    nxdomain: /status: NXDOMAIN/,
    servfail: /status: SERVFAIL/,
    nodata: /status: NOERROR[\s\S]*ANSWER: 0/,
    refused: /Connection refused|Failed to connect|Could ?n[o']t connect/i,
    resetting: /errno=104|Connection reset/,
    closing: /unexpected eof|no peer certificate/,
    silent: /timed out|Connection timed out|no peer certificate/,
    'plain-http': /wrong version number|unexpected message|packet length too long/,
    'smtp-banner': /^220 /,
    'imap-banner': /^\* OK/,
    'pop3-banner': /^\+OK/,
    'ftp-banner': /^220 /,
    'proxy-protocol': /unexpected eof|reset by peer|SSL_ERROR_SYSCALL/,
    'tls12-only': /protocol version|alert number 70|unsupported protocol/,
    'tls13-only': /protocol version|alert number 70|unsupported protocol/,
    'session-lost': /^New, TLSv1\.3/m,
    'tls11-enabled': /Protocol *: TLSv1\.1/,
    'old-version': /protocol version|alert number 70|unsupported protocol/,
    'no-common-cipher-suite': /handshake failure|alert number 40/,
    'no-common-group': /handshake failure|alert number 40/,
    'no-common-signature-scheme': /handshake failure|alert number 40/,
    'alpn-refused': /no application protocol|alert number 120/,
    'alpn-ignored': /No ALPN negotiated/,
    'unknown-name': /unrecognized name|alert number 112/,
    'refuses-name': /internal error|alert number 80/,
    'filtered-name': /errno=104|reset|unexpected eof/i,
    'client-cert': /certificate required|alert number 116/,
    'client-cert-tls12': /handshake failure|alert number 40/,
    'client-cert-expired': /certificate expired|alert number 45/,
    tampered: /bad record mac/,
    'tampered-tls12': /decrypt error|alert number 51|bad record mac/,
    expired: /notAfter=/,
    'expired-intermediate': /error:num=10:certificate has expired/,
    'not-yet-valid': /notBefore=/,
    'wrong-clock': /< date: /i,
    'wrong-name': /hostname mismatch/i,
    'no-san': /No extensions in certificate/,
    'default-certificate': /hostname mismatch/i,
    'no-intermediate': /unable to get local issuer certificate/,
    'unknown-issuer': /unable to get local issuer certificate/,
    'self-signed': /self-signed certificate/,
    'private-root': /self-signed certificate in certificate chain/,
    'wrong-purpose': /unsuitable certificate purpose|unsupported certificate purpose/,
    'issuer-not-ca': /invalid CA certificate/,
    'path-length': /path length constraint exceeded/,
    'weak-signature': /CA signature digest algorithm too weak/,
    'weak-key': /EE certificate key too weak/,
    'http-silent': /timed out|Operation timed out|Empty reply/i,
  };

  test.each(Object.entries(symptoms))('%s', async (id, symptom) => {
    const { target, args } = lab.endpoint(id);
    const where = ['--ca', lab.caFile, '--resolver', lab.resolver];
    const { document } = await runInProcess([target, ...where, ...args, '--json']);
    const [command = ''] = document.results?.[0]?.findings?.[0]?.reproduce ?? [];
    expect(command).toMatch(/^(sleep 1 \| )?(dig|openssl|curl) /);
    // Somebody who waits ends it; and only they know their files.
    const [cert, key] = [args[args.indexOf('--cert') + 1], args[args.indexOf('--key') + 1]];
    const files = command.replaceAll('session.pem', join(tempDir(), 'session.pem'));
    const filled = files.replace('--cert FILE', `--cert ${cert}`).replace('--key FILE', `--key ${key}`);
    const shown = await run('timeout', ['10', 'sh', '-c', filled]);
    const said = shown.stdout + shown.stderr + (shown.code === 124 ? 'Connection timed out' : '');
    expect(said, filled).toMatch(symptom);
  });

  test('no broken endpoint is left out', () => {
    const broken = lab.endpoints.filter(({ cause }) => cause !== null).map(({ id }) => id);
    expect(Object.keys(symptoms).sort()).toEqual(broken.sort());
  });

  /** Why the command of a finding is shown nowhere. */
  const unshown: Partial<Record<FindingCode, string>> = {
    NAME_PARTLY_RESOLVED: "it is the lab's dig, for one of the types",
    TCP_TIMEOUT: 'nothing on loopback drops packets',
    TCP_UNREACHABLE: 'there is a route to every address of loopback',
    INTERMITTENT: 'a command is one try',
    TLS13_INTOLERANT: 'no server of today refuses an offer of TLS 1.3',
    TLS13_NOT_PREFERRED: 'no server of today prefers an older version',
    PROTOCOL_VIOLATION: 'as many as there are rules; -msg shows the bytes of each',
    PEER_LIMIT_EXCEEDED: 'the limits are our own: no other client has them',
    CERT_MISSING: 'no server starts without one',
    CERT_MALFORMED: 'no server starts with one',
    CERT_REVOKED: 'check fetches no CRLs',
    REVOCATION_UNKNOWN: 'check fetches no CRLs',
    ROOT_DISTRUSTED: 'no other client is told to distrust somebody',
    SIGNATURE_ALGORITHM_MISMATCH: 'no server starts with one',
    NAME_CONSTRAINTS_UNSUPPORTED: 'OpenSSL evaluates no fewer kinds of names',
    POLICY_MISSING: 'OpenSSL looks at policies only when asked to',
    POLICY_MAPPING_INVALID: 'OpenSSL looks at policies only when asked to',
    CERT_SERIAL_INVALID: 'found only by a profile that check does not ask for',
    CERT_NAME_INVALID: 'found only by a profile that check does not ask for',
    CERT_EXTENSION_INVALID: 'found only by a profile that check does not ask for',
    CERT_UNIQUE_ID: 'found only by a profile that check does not ask for',
    CERT_ENCODING_ODD: 'found only by a profile that check does not ask for',
    CERT_SIGNATURE_UNSUPPORTED: 'OpenSSL has every algorithm that it can serve',
    CERT_KEY_UNSUPPORTED: 'OpenSSL has every key that it can serve',
    CHAIN_LIMIT_EXCEEDED: 'the limits are our own: no other client has them',
  };

  test('the command of every finding is shown by a broken endpoint, by a real server, or says why not', () => {
    const folder = join(import.meta.dirname, '../peers');
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const codes = [...files.join('\n').matchAll(/code: '([A-Z\d_]+)'/g)].map(([, code]) => code);
    const shown = new Set([...codes, ...lab.endpoints.map(({ cause }) => cause)]);
    const missing = CAUSES.map(({ code }) => code).filter((code) => !shown.has(code));
    expect(missing.sort()).toEqual(Object.keys(unshown).sort());
  });
});
