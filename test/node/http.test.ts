import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type net from 'node:net';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connect, createHttp2Server, createHttpsServer, httpsAgent, type TLSSocket } from '../../src/node/index.ts';
import { selfSignedPem, type TestCa, type TestCertificate, testCa } from '../support/pki.ts';
import { errorOf, listen } from '../support/sockets.ts';

let ca: TestCa;
let healthy: TestCertificate;
const cleanups: (() => void)[] = [];
const big = 'x'.repeat(3_000_000);

beforeAll(() => {
  ca = testCa();
  healthy = ca.issue();
});

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function handler(
  request: http.IncomingMessage | http2.Http2ServerRequest,
  response: http.ServerResponse | http2.Http2ServerResponse,
) {
  if (request.url === '/big') response.end(big);
  else if (request.url === '/echo') request.pipe(response as http.ServerResponse);
  else response.end(`${request.method} ${request.url} ${request.httpVersion}`);
}

async function started<S extends http.Server | http2.Http2Server | http2.Http2SecureServer>(
  server: S,
): Promise<number> {
  cleanups.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return listen(server as unknown as net.Server);
}

function agentFor(options: Parameters<typeof httpsAgent>[0] = {}): https.Agent {
  const agent = httpsAgent({ ca: ca.cert, ...options });
  cleanups.push(() => agent.destroy());
  return agent;
}

async function get(
  options: https.RequestOptions,
  body?: string,
): Promise<{ status: number | undefined; body: string }> {
  const request = https.request({ host: '127.0.0.1', servername: 'localhost', ...options });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}

describe('httpsAgent', () => {
  test('node:https talks through it', async () => {
    const port = await started(https.createServer({ ...healthy }, handler));
    const agent = agentFor();
    expect(await get({ port, agent, path: '/a' })).toEqual({ status: 200, body: 'GET /a 1.1' });
    expect((await get({ port, agent, path: '/big' })).body).toBe(big);
    expect((await get({ port, agent, method: 'POST', path: '/echo' }, big)).body).toBe(big);
  });

  test('keeps connections alive', async () => {
    const server = https.createServer({ ...healthy }, handler);
    const port = await started(server);
    let connections = 0;
    server.on('secureConnection', () => connections++);
    const agent = agentFor({ keepAlive: true });
    for (const path of ['/1', '/2', '/3']) expect((await get({ port, agent, path })).body).toBe(`GET ${path} 1.1`);
    expect(connections).toBe(1);
  });

  test('verifies the name of the URL, and what is given with the request', async () => {
    const { cert, key } = selfSignedPem();
    const port = await started(https.createServer({ cert, key }, handler));
    const agent = agentFor();
    await expect(get({ port, agent })).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    await expect(get({ port, agent: httpsAgent(), ca: cert, servername: 'other.example' })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect((await get({ port, agent: httpsAgent(), ca: cert })).status).toBe(200);
  });

  test('a request can be aborted, and can time out', async () => {
    const port = await started(https.createServer({ ...healthy }, () => undefined));
    const abort = new AbortController();
    const aborted = get({ port, agent: agentFor(), signal: abort.signal });
    setTimeout(() => abort.abort(), 30);
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    const request = https.get({ port, host: '127.0.0.1', servername: 'localhost', agent: agentFor(), timeout: 50 });
    await once(request, 'timeout');
    request.destroy();
    await errorOf(request as never);
  });

  test('a complete response counts although the server skips its close_notify', async () => {
    const server = tls.createServer({ ...healthy }, (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        const raw = (socket as unknown as { _parent?: net.Socket })._parent;
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok', () => raw?.end());
      });
    });
    const port = await started(server as unknown as http.Server);
    expect(await get({ port, agent: agentFor() })).toEqual({ status: 200, body: 'ok' });
  });
});

describe('createHttpsServer', () => {
  test('serves node:https', async () => {
    const port = await started(createHttpsServer({ ...healthy }, handler));
    expect((await get({ port, ca: ca.cert, path: '/a' })).body).toBe('GET /a 1.1');
    expect((await get({ port, ca: ca.cert, path: '/big' })).body).toBe(big);
    expect((await get({ port, ca: ca.cert, path: '/echo', method: 'POST' }, big)).body).toBe(big);
  });

  test('is an http.Server: requests know their socket, and idle connections close', async () => {
    const server = createHttpsServer({ ...healthy }, (request, response) => {
      const socket = request.socket as unknown as TLSSocket;
      response.end(`${socket.encrypted} ${socket.servername} ${socket.remoteAddress}`);
    });
    const port = await started(server);
    expect(server).toBeInstanceOf(http.Server);
    const agent = agentFor({ keepAlive: true });
    expect((await get({ port, agent })).body).toBe('true localhost 127.0.0.1');
    const closed = once(server, 'close');
    server.close();
    await closed;
  });

  test('what is no TLS or no HTTP is a clientError, and no crash', async () => {
    const server = createHttpsServer({ ...healthy }, handler);
    const errors: unknown[] = [];
    server.on('clientError', (error: Error & { code?: string }, socket) => {
      errors.push(error.code);
      socket.destroy();
    });
    const port = await started(server);
    await expect(
      new Promise((_, reject) => http.get({ port, host: '127.0.0.1' }).on('error', reject)),
    ).rejects.toThrow();
    const client = connect({ port, host: 'localhost', ca: ca.cert });
    client.on('error', () => undefined).end('no HTTP\r\n\r\n');
    await new Promise((resolve) => client.resume().once('close', resolve));
    expect(errors).toEqual(['NOT_TLS', 'HPE_INVALID_METHOD']);
  });
});

describe('HTTP/2', () => {
  async function request(session: http2.ClientHttp2Session, path: string, body?: string) {
    const stream = session.request({ ':path': path, ':method': body === undefined ? 'GET' : 'POST' });
    stream.end(body);
    const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
    return { status: headers[':status'], body: await text(stream) };
  }

  function session(port: number, createConnection: () => TLSSocket | tls.TLSSocket): http2.ClientHttp2Session {
    const made = http2.connect(`https://localhost:${port}`, { createConnection });
    cleanups.push(() => made.destroy());
    return made;
  }

  const ours = (port: number) => connect({ port, host: 'localhost', ca: ca.cert, ALPNProtocols: ['h2'] });

  test('http2.connect over our socket', async () => {
    const server = http2.createSecureServer({ ...healthy }, handler);
    const port = await started(server);
    const made = session(port, () => ours(port));
    const answers = await Promise.all([request(made, '/a'), request(made, '/big'), request(made, '/echo', big)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.map(({ body }) => body)).toEqual(['GET /a 2.0', big, big]);
    made.close();
    await once(made, 'close');
  });

  test('createHttp2Server serves node:http2', async () => {
    const port = await started(createHttp2Server({ ...healthy }, handler));
    const made = session(port, () => tls.connect({ port, host: 'localhost', ca: ca.cert, ALPNProtocols: ['h2'] }));
    const answers = await Promise.all([request(made, '/a'), request(made, '/big'), request(made, '/echo', big)]);
    expect(answers.map(({ body }) => body)).toEqual(['GET /a 2.0', big, big]);
  });

  test('createHttp2Server serves HTTP/1.1 to who asks for that, or for nothing', async () => {
    const port = await started(createHttp2Server({ ...healthy }, handler));
    expect((await get({ port, ca: ca.cert, path: '/a' })).body).toBe('GET /a 1.1');
    expect((await get({ port, agent: agentFor(), path: '/b' })).body).toBe('GET /b 1.1');
  });

  test('ours to ours', async () => {
    const port = await started(createHttp2Server({ ...healthy }, handler));
    const made = session(port, () => ours(port));
    expect((await request(made, '/echo', big)).body).toBe(big);
  });
});
