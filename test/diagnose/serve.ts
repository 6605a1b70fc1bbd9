/** Servers of this test's own making, diagnosed over real sockets. */
import { writeFileSync } from 'node:fs';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterEach, expect } from 'vitest';
import type { Finding, Report } from '../../src/diagnose/index.ts';
import { createCa, type LabCredential } from '../../src/lab/ca.ts';
import { createHttp2Server } from '../../src/node/index.ts';
import { type CheckOptions, check } from '../../src/node/probe/index.ts';
import { tempDir } from '../support/peers.ts';

/** Milliseconds of a day. */
export const DAY = 86_400_000;

/** The time around which everything here is valid. */
export const now = Date.now();

/** The CA of the worker. */
export const ca = createCa(now);

const servers = new Set<Server>();
const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  servers.clear();
  sockets.clear();
});

/** Listens on a free port of an address until the test is over. */
export async function serve(server: Server, address = '127.0.0.1', port = 0): Promise<number> {
  servers.add(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

/** A server of HTTP, 1.1 and 2, that says `date` is the time. */
export function httpServer(credential: LabCredential, date?: number, more: object = {}): Server {
  return createHttp2Server({ ...credential, ...more }, (_request, response) => {
    if (date !== undefined) response.setHeader('date', new Date(date).toUTCString());
    response.writeHead(200).end();
  });
}

/** A server that talks as it likes. */
export function rawServer(talk: (socket: Socket) => unknown): Server {
  return createTcpServer(talk);
}

/** Checks a port as shop.example. */
export function diagnose(port: number, options: CheckOptions = {}): Promise<Report> {
  return check(`https://127.0.0.1:${port}/`, { ca: ca.root, sni: 'shop.example', timeout: 20_000, ...options });
}

/** The only finding of a report. */
export function onlyFinding({ findings }: Report): Finding {
  expect(findings.map(({ code }) => code)).toHaveLength(1);
  const [finding] = findings;
  if (finding === undefined) throw new Error('no finding');
  return finding;
}

/** A table of the evidence as lines: `label value (source)`. */
export function tableOf({ evidence }: Finding): string[] {
  const table = evidence.find(({ kind }) => kind === 'table');
  return table?.kind === 'table' ? table.rows.map(({ label, value, source }) => `${label} ${value} (${source})`) : [];
}

/** The text lines of the evidence. */
export function textsOf({ evidence }: Finding): string[] {
  return evidence.flatMap((one) => (one.kind === 'text' ? [one.text] : []));
}

/** A service that hangs up. */
export function hangUp(socket: Duplex): void {
  socket.on('error', () => undefined);
  socket.end();
}

/** Writes texts to files that go away after the test run; their paths. */
export function writeFiles<const T extends readonly string[]>(...texts: T): { [K in keyof T]: string } {
  const folder = tempDir();
  return texts.map((text, index) => {
    const path = join(folder, `${index}.pem`);
    writeFileSync(path, text);
    return path;
  }) as { [K in keyof T]: string };
}
