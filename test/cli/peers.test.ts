/** The built command against servers that know nothing of us, and the commands that its findings give to colleagues. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../src/lab/index.ts';
import { check } from '../../src/node/probe/index.ts';
import { requirePeer, run, runOpenssl, startNginx, startOpensslServer, tempDir } from '../support/peers.ts';
import { hellofin, parseDocument } from './command.ts';

const openssl = requirePeer('openssl');
const nginx = requirePeer('nginx');
const curl = requirePeer('curl');

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
      expect(parseDocument(http1.stdout).results).toMatchObject([{ status: 'healthy', connections: 1 }]);
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

describe.skipIf(openssl === undefined || curl === undefined)('the commands that show the same symptom', () => {
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
    'client-cert-expired': /certificate expired|alert number 45/,
    tampered: /bad record mac/,
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
    const { stdout } = await hellofin([target, '--ca', lab.caFile, '--resolver', lab.resolver, '--json', ...args]);
    const [finding] = parseDocument(stdout).results?.[0]?.findings ?? [];
    const [command = ''] = finding?.reproduce ?? [];
    expect(command).toMatch(/^(openssl|curl) /);
    // Somebody who waits ends it; and only they know their files.
    const [cert, key] = [args[args.indexOf('--cert') + 1], args[args.indexOf('--key') + 1]];
    const filled = command.replace('--cert FILE', `--cert ${cert}`).replace('--key FILE', `--key ${key}`);
    const shown = await run('timeout', ['3', 'sh', '-c', filled]);
    const said = shown.stdout + shown.stderr + (shown.code === 124 ? 'Connection timed out' : '');
    expect(said, filled).toMatch(symptom);
  });

  test('every broken endpoint has a command of a tool that others have', async () => {
    for (const { target, args, id, cause } of lab.endpoints) {
      if (cause === null || symptoms[id] !== undefined) continue;
      const { stdout } = await hellofin([target, '--ca', lab.caFile, '--resolver', lab.resolver, '--json', ...args]);
      const [finding] = parseDocument(stdout).results?.[0]?.findings ?? [];
      expect(finding?.reproduce?.[0] ?? '', id).toMatch(/^(dig|openssl|curl) /);
    }
  });
});
