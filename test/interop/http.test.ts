import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import http2, { type ClientHttp2Session } from 'node:http2';
import https from 'node:https';
import type { Server as NetServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ConnectOptions,
  connect,
  createHttp2Server,
  createHttpsServer,
  httpsAgent,
  type ServerOptions,
  type TLSSocket,
} from '../../src/node/index.ts';
import { type PeerServer, requirePeer, run, startNginx, tempDir } from '../support/peers.ts';
import { errorOf } from '../support/sockets.ts';
import { useEnds } from './ends.ts';
import { type CertificateFiles, type FileCa, fileCa } from './openssl.ts';

const curl = requirePeer('curl');
const nginx = requirePeer('nginx');

const ends = useEnds();
let files: FileCa;
let stranger: FileCa;
let healthy: CertificateFiles;
/** 1 MB. */
const big = 'x'.repeat(99).concat('\n').repeat(10_000);

beforeAll(() => {
  files = fileCa();
  stranger = fileCa();
  healthy = files.ofType('secp256r1');
});

/** Serves `/` with a summary, `/big`, and answers a POST with its length. */
async function serve(
  kind: 'http/1.1' | 'h2',
  options: ServerOptions = {},
): Promise<{ port: number; server: NetServer }> {
  const answer = (request: IncomingMessage | http2.Http2ServerRequest, write: (body: string) => void) => {
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
    });
    request.on('end', () => {
      const subject = lastSocket?.getPeerX509Certificate()?.subject ?? 'nobody';
      if (request.url === '/big') write(big);
      else write(request.method === 'POST' ? `${length}` : `HTTP/${request.httpVersion} ${subject}`);
    });
  };
  const { cert, key } = healthy;
  const all = { cert, key, ...options };
  const server: NetServer =
    kind === 'h2'
      ? createHttp2Server(all, (request, response) => answer(request, (body) => response.end(body)))
      : createHttpsServer(all, (request, response) => answer(request, (body) => response.end(body)));
  let lastSocket: TLSSocket | undefined;
  server.on('secureConnection', (socket: TLSSocket) => {
    lastSocket = ends.keep(socket);
  });
  return { port: await ends.listen(server), server };
}

describe.skipIf(curl === undefined)('curl, our server', () => {
  const ask = (port: number, path: string, args: readonly string[], ca = files.caFile) => {
    const resolving = ['--resolve', `localhost:${port}:127.0.0.1`, '--noproxy', '*'];
    const all = ['-sS', '--cacert', ca, ...resolving, ...args, `https://localhost:${port}${path}`];
    return run(curl ?? 'curl', all);
  };

  test.each([
    ['http/1.1', [], 'HTTP/1.1 nobody'],
    ['h2', [], 'HTTP/2.0 nobody'],
    ['h2', ['--http1.1'], 'HTTP/1.1 nobody'],
    ['http/1.1', ['--http2'], 'HTTP/1.1 nobody'],
    ['h2', ['--curves', 'P-384'], 'HTTP/2.0 nobody'],
    ['h2', ['--tls13-ciphers', 'TLS_CHACHA20_POLY1305_SHA256'], 'HTTP/2.0 nobody'],
    ['h2', ['--no-alpn'], 'HTTP/1.1 nobody'],
  ] as const)('a server of %s, curl %s: %s', async (kind, args, expected) => {
    const { port } = await serve(kind);
    expect(await ask(port, '/', args)).toEqual({ code: 0, stdout: expected, stderr: '' });
  });

  test.each(['http/1.1', 'h2'] as const)('a megabyte down and up: %s', async (kind) => {
    const { port } = await serve(kind);
    const file = join(tempDir(), 'big');
    writeFileSync(file, big);
    expect((await ask(port, '/big', [])).stdout).toBe(big);
    expect((await ask(port, '/', ['--data-binary', `@${file}`])).stdout).toBe(`${big.length}`);
  });

  test('one connection for several requests', async () => {
    const { port, server } = await serve('http/1.1');
    let connections = 0;
    server.on('secureConnection', () => connections++);
    const { stdout } = await ask(port, '/', [`https://localhost:${port}/big`]);
    expect(stdout).toBe(`${big}HTTP/1.1 nobody`);
    expect(connections).toBe(1);
  });

  test('a client certificate, known or not', async () => {
    const { port } = await serve('h2', { ca: files.ca.cert, requestCert: true });
    const known = await ask(port, '/', curlCredential(files.client()));
    expect(known.stdout).toBe('HTTP/2.0 CN=a client');
    const unknown = await ask(port, '/', curlCredential(stranger.client()));
    expect(unknown.stderr).toMatch(/unknown ca/);
    expect((await ask(port, '/', [])).stderr).toMatch(/certificate required/);
  });

  test('a root that curl does not know', async () => {
    const { port, server } = await serve('h2');
    const failed = new Promise((resolve) => server.once('tlsClientError', resolve));
    expect((await ask(port, '/', [], stranger.caFile)).code).toBe(60);
    expect(await failed).toMatchObject({ code: 'ALERT_RECEIVED', received: 'unknown_ca' });
  });
});

describe.skipIf(nginx === undefined)('nginx', () => {
  let peer: PeerServer;

  beforeAll(async () => {
    if (nginx === undefined) return;
    const own = files.issue({ names: ['localhost', 'one.test'] });
    const other = files.issue({ names: ['other.test'] });
    const client = files.client();
    const dir = tempDir();
    writeFileSync(join(dir, 'big'), big);
    const say =
      '$ssl_protocol $ssl_cipher $ssl_curve $server_protocol $ssl_client_verify $ssl_client_s_dn $ssl_server_name';
    peer = await startNginx(
      (port) => `
      ssl_protocols TLSv1.3; ssl_ecdh_curve X25519:P-256:P-384;
      ssl_client_certificate ${files.caFile}; ssl_verify_client optional;
      server {
        listen 127.0.0.1:${port} ssl http2 default_server; server_name one.test;
        ssl_certificate ${own.certFile}; ssl_certificate_key ${own.keyFile};
        location = / { return 200 "${say}"; }
        location = /big { root ${dir}; }
        location = /upstream {
          proxy_pass https://127.0.0.1:$arg_port/; proxy_http_version 1.1; proxy_ssl_protocols TLSv1.3;
          proxy_ssl_verify on; proxy_ssl_trusted_certificate ${files.caFile};
          proxy_ssl_name localhost; proxy_ssl_server_name on;
          proxy_ssl_certificate ${client.certFile}; proxy_ssl_certificate_key ${client.keyFile};
        }
      }
      server {
        listen 127.0.0.1:${port} ssl http2; server_name other.test;
        ssl_certificate ${other.certFile}; ssl_certificate_key ${other.keyFile};
        ssl_verify_client on;
        location = / { return 200 "$ssl_client_s_dn"; }
      }
      server { listen 127.0.0.1:${port} ssl; server_name closed.test; ssl_reject_handshake on; }`,
    );
  });

  afterAll(() => peer?.stop());

  /** GET over HTTP/1.1. */
  const get = (path: string, options: ConnectOptions = {}) => {
    const { servername = 'localhost' } = options;
    const agent = httpsAgent({ ca: files.ca.cert, servername, ...options });
    const headers = { host: servername };
    return new Promise<{ status: number | undefined; body: string; socket: TLSSocket }>((resolve, reject) => {
      const request = https.get({ host: '127.0.0.1', port: peer.port, path, headers, agent }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => {
          resolve({ status: response.statusCode, body, socket: response.socket as unknown as TLSSocket });
        });
      });
      request.on('error', reject);
    });
  };

  test.each([
    [{}, 'TLSv1.3 TLS_AES_128_GCM_SHA256 X25519 HTTP/1.1 NONE  localhost'],
    [{ ciphers: 'TLS_AES_256_GCM_SHA384' }, 'TLSv1.3 TLS_AES_256_GCM_SHA384 X25519 HTTP/1.1 NONE  localhost'],
    [{ groups: 'P-256' }, 'TLSv1.3 TLS_AES_128_GCM_SHA256 prime256v1 HTTP/1.1 NONE  localhost'],
    [{ groups: 'P-521:P-384' }, 'TLSv1.3 TLS_AES_128_GCM_SHA256 secp384r1 HTTP/1.1 NONE  localhost'],
    [{ servername: 'one.test' }, 'TLSv1.3 TLS_AES_128_GCM_SHA256 X25519 HTTP/1.1 NONE  one.test'],
  ])('GET with %o: %s', async (options, expected) => {
    expect(await get('/', options)).toMatchObject({ status: 200, body: expected });
  });

  test('GET with a client certificate', async () => {
    const { cert, key } = files.client();
    const { body } = await get('/', { cert, key });
    expect(body).toContain('HTTP/1.1 SUCCESS CN=a client');
  });

  test.each([
    ['none', () => ({}), 400, 'No required SSL certificate was sent'],
    ['another root', () => stranger.client(), 400, 'The SSL certificate error'],
    ['a good one', () => files.client(), 200, 'CN=a client'],
  ])('a certificate required, %s: %s', async (_name, given, status, expected) => {
    const { cert, key } = given() as Partial<CertificateFiles>;
    const answer = await get('/', { servername: 'other.test', cert, key });
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(expected);
  });

  test('a name that it rejects', async () => {
    const socket = ends.keep(
      connect({ port: peer.port, host: '127.0.0.1', servername: 'closed.test', ca: files.ca.cert }),
    );
    expect(await errorOf(socket)).toMatchObject({ code: 'ALERT_RECEIVED', received: 'unrecognized_name' });
  });

  test('a megabyte over HTTP/1.1', async () => {
    expect((await get('/big')).body).toBe(big);
  });

  test('HTTP/2: several requests over one connection, one of them a megabyte', async () => {
    const { cert, key } = files.client();
    const session = http2.connect(`https://localhost:${peer.port}`, {
      createConnection: () =>
        ends.keep(
          connect({
            port: peer.port,
            host: '127.0.0.1',
            servername: 'localhost',
            ca: files.ca.cert,
            cert,
            key,
            ALPNProtocols: ['h2'],
          }),
        ),
    });
    const bodies = await Promise.all(['/', '/big', '/'].map((path) => get2(session, path)));
    session.close();
    const summary = 'TLSv1.3 TLS_AES_128_GCM_SHA256 X25519 HTTP/2.0 SUCCESS CN=a client localhost';
    expect(bodies).toEqual([summary, big, summary]);
  });

  test('as a client of our server', async () => {
    const { port } = await serve('http/1.1', { ca: files.ca.cert, requestCert: true });
    expect(await get(`/upstream?port=${port}`)).toMatchObject({ status: 200, body: 'HTTP/1.1 CN=a client' });
  });

  test('as a client that does not trust our server', async () => {
    const { cert, key } = stranger.issue();
    const { port } = await serve('http/1.1', { cert, key });
    expect((await get(`/upstream?port=${port}`)).status).toBe(502);
  });
});

function get2(session: ClientHttp2Session, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = '';
    const request = session.request({ ':path': path });
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => resolve(body));
    request.on('error', reject);
  });
}

function curlCredential({ certFile, keyFile }: CertificateFiles): readonly string[] {
  return ['--cert', certFile, '--key', keyFile];
}
