/** The request after the handshake: by the protocol that ALPN chose, HEAD first, no redirect followed. */
import type { Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createCa } from '../../src/lab/ca.ts';
import { createHttp2Server, createServer } from '../../src/node/index.ts';
import { type CheckOptions, check } from '../../src/node/probe/index.ts';

const ca = createCa(Date.now());
const credential = ca.issue({ names: ['shop.example'] });
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function look(port: number, options: CheckOptions = {}, path = '/') {
  const report = await check(`https://127.0.0.1:${port}${path}`, {
    ca: ca.root,
    sni: 'shop.example',
    timeout: 20_000,
    resumption: false,
    ...options,
  });
  return { report, http: report.facts.addresses[0]?.http };
}

describe.each(['h2', 'http/1.1'])('%s', (protocol) => {
  test('HEAD of the path, with the name that is meant', async () => {
    const seen: string[] = [];
    const port = await listen(
      createHttp2Server(credential, ({ method, url, headers }, response) => {
        seen.push(`${method} ${url} ${headers[':authority'] ?? headers.host}`);
        response.writeHead(200, { 'strict-transport-security': 'max-age=31536000', 'x-other': '1' }).end('body');
      }),
    );
    const { report, http } = await look(port, { alpn: [protocol] }, '/health?deep=1');
    expect(seen).toEqual([`HEAD /health?deep=1 shop.example:${port}`]);
    expect(http).toMatchObject({ protocol, method: 'HEAD', path: '/health?deep=1', status: 200 });
    expect(http?.headers).toMatchObject({ 'strict-transport-security': 'max-age=31536000' });
    expect(http?.headers).not.toHaveProperty('x-other');
    expect(report.steps.find(({ step }) => step === 'http')).toMatchObject({ status: 'good', text: '200 · HSTS 1y' });
  });

  test.each([405, 501])('GET after %i', async (refusal) => {
    const seen: string[] = [];
    const port = await listen(
      createHttp2Server(credential, ({ method }, response) => {
        seen.push(method);
        response.statusCode = method === 'HEAD' ? refusal : 200;
        response.end(method === 'HEAD' ? '' : 'a body that nobody reads'.repeat(1_000));
      }),
    );
    const { report, http } = await look(port, { alpn: [protocol] });
    expect(seen).toEqual(['HEAD', 'GET']);
    expect(http).toMatchObject({ method: 'GET', status: 200 });
    expect([report.status, report.facts.connections]).toEqual(['healthy', 2]);
  });

  test('a redirect is reported and not followed', async () => {
    let requests = 0;
    const port = await listen(
      createHttp2Server(credential, (_request, response) => {
        requests++;
        response.writeHead(301, { location: 'https://elsewhere.example/' }).end();
      }),
    );
    const { report, http } = await look(port, { alpn: [protocol] });
    expect([requests, http?.status]).toEqual([1, 301]);
    expect(report.steps.find(({ step }) => step === 'http')?.text).toBe('301 to https://elsewhere.example/');
  });

  test('a server that promised it and does not answer', async () => {
    const server = createServer({ ...credential, ALPNProtocols: [protocol] }, (socket) =>
      socket.on('error', () => undefined).resume(),
    );
    const { report } = await look(await listen(server), { alpn: [protocol], timeout: 1_500 });
    expect(report.findings.map(({ code }) => code)).toEqual(['HTTP_NO_ANSWER']);
  });
});

test('a server that promised nothing and does not answer is not measured, and not broken', async () => {
  const { report } = await look(
    await listen(createServer(credential, (socket) => socket.on('error', () => undefined).resume())),
    { timeout: 1_500 },
  );
  expect(report.status).toBe('healthy');
  expect(report.steps.find(({ step }) => step === 'http')).toMatchObject({ status: 'none' });
});

test('no request is made with http: false', async () => {
  let requests = 0;
  const port = await listen(
    createHttp2Server(credential, (_request, response) => {
      requests++;
      response.end();
    }),
  );
  const { http } = await look(port, { http: false });
  expect([requests, http]).toEqual([0, undefined]);
});
