/** Our end of the matrix: a client that visits a peer, and a server that peers visit. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createServer, type TLSSocket } from '../../../src/node/index.ts';
import { listen } from '../../support/sockets.ts';
import { contextWith, type Diary, diary, engineOf } from '../ends.ts';
import { factsOf, type Material, type Serving } from './peer.ts';
import { CLIENT, type ClientTask, type Facts, type Scenario, type ServerTask, type Version } from './scenarios.ts';

/** Milliseconds that a step of a conversation may take. */
const PATIENCE = 10_000;

/**
 * What our client and the peer know of the connections, one for each visit of the scenario.
 * @param hoped what the peer is waited for to have told: its output comes when it likes.
 */
export async function visit(
  serving: Serving,
  { client, server, visits }: Scenario,
  version: Version,
  material: Material,
  hoped: readonly Facts[],
): Promise<readonly { readonly ours: Facts; readonly theirs: Facts }[]> {
  const all: { ours: Facts; theirs: Facts }[] = [];
  let session: Buffer | undefined;
  for (const number of visits.keys()) {
    const early = client.early === true && number > 0 ? Buffer.from(serving.request('early')) : undefined;
    const told = diary();
    const socket = connect({
      ...optionsOf(client, version, material, serving.port),
      trace: told.trace,
      session,
      earlyData: early,
    });
    const failed = once(socket, 'error').then(([error]) => Promise.reject(error));
    try {
      const kept = sessionOf(socket);
      await patient(Promise.race([once(socket, 'secureConnect'), failed]), 'our handshake');
      const say = async (word: string) => {
        if (word !== 'early') socket.write(serving.request(word));
        await patient(Promise.race([serving.answer(socket, word), failed]), `an answer to ${word}`);
      };
      await say(early === undefined ? 'hello' : 'early');
      if (visits.length > number + 1) session = await patient(Promise.race([kept, failed]), 'a session');
      if (client.update) {
        engineOf(socket).updateKeys(true);
        await say('again');
      }
      if (server.update || server.certificate === 'after it') {
        const before = done(told, server);
        serving.act?.(server.update ? 'update' : 'certificate', socket);
        await until(() => done(told, server) > before, 'what the server was told to do');
        await say('again');
      }
      const ours = ourFacts(socket, told, 'client', material);
      failed.catch(() => undefined); // nginx closes an idle connection without close_notify
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.resume().end(); // what is not read keeps the connection open
      await patient(closed, 'the end of the connection');
      all.push({ ours, theirs: await theirFacts(serving, number, hoped[number] ?? {}) });
    } finally {
      failed.catch(() => undefined);
      socket.destroy();
    }
  }
  return all;
}

async function theirFacts(serving: Serving, visit: number, hoped: Facts): Promise<Facts> {
  for (const end = Date.now() + PATIENCE / 5; ; await sleep(10)) {
    const facts = serving.facts(visit);
    const isTold = Object.entries(hoped).every(([fact, value]) => facts[fact as keyof Facts] === value);
    if (isTold || Date.now() > end) return facts;
  }
}

/** A server of ours for a peer. */
export interface OurServer {
  readonly port: number;
  /** What is known of so many connections, once they are over. */
  facts(count: number): Promise<readonly Facts[]>;
  close(): Promise<void>;
}

/** Serves lines and HTTP as a scenario's server. */
export async function serveAs(task: ServerTask, version: Version, material: Material): Promise<OurServer> {
  const told = diary();
  const ended: { readonly at: number; readonly facts: Facts }[] = [];
  const sockets = new Set<TLSSocket>();
  const errors: unknown[] = [];
  let accepted = 0;
  const server = createServer(
    {
      secureContext: contextWith(
        {
          cert: material.server.cert,
          key: material.server.key,
          ca: readFileSync(material.caFile),
          ...versions(version),
          groups: task.groups,
        },
        {},
        {
          ...(task.staple ? { ocspResponse: readFileSync(material.stapleFile) } : {}),
          ...(task.timestamps ? { scts: [material.timestamp] } : {}),
        },
      ),
      ALPNProtocols: task.alpn,
      requestCert: task.certificate !== undefined,
      ...(task.early ? { maxEarlyData: 4096 } : {}),
      allowHalfOpen: true,
      trace: told.trace,
    },
    (socket) => {
      const at = accepted++;
      sockets.add(socket);
      socket.on('error', (error) => errors.push(error));
      socket.on('close', () => {
        sockets.delete(socket);
        ended.push({ at, facts: ourFacts(socket, told, 'server', material) });
      });
      converse(socket, task);
    },
  );
  server.on('tlsClientError', (error: unknown) => errors.push(error));
  if (task.stored) keepSessions(server);
  const port = await listen(server);
  return {
    port,
    async facts(count) {
      await until(() => ended.length >= count, `${count} connections of the peer's`).catch((error: Error) => {
        throw new Error(`${error.message}; ${ended.length} ended, errors: ${errors.join('; ')}`);
      });
      return ended.sort((one, other) => one.at - other.at).map(({ facts }) => facts);
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await closed(server);
    },
  };
}

function keepSessions(server: Server): void {
  const kept = new Map<string, Buffer>();
  server.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
    kept.set(id.toString('hex'), data);
    done();
  });
  server.on('resumeSession', (id: Buffer, done: (error: null, data: Buffer | null) => void) => {
    done(null, kept.get(id.toString('hex')) ?? null);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function versions(version: Version): { minVersion: string; maxVersion: string } {
  const name = version.replace('TLS ', 'TLSv');
  return { minVersion: name, maxVersion: name };
}

function optionsOf(task: ClientTask, version: Version, material: Material, port: number) {
  const { cert, key } = material.client;
  return {
    host: '127.0.0.1',
    port,
    servername: 'localhost',
    ca: readFileSync(material.caFile),
    ...versions(version),
    ...(task.groups === undefined ? {} : { groups: task.groups }),
    ...(task.alpn === undefined ? {} : { ALPNProtocols: task.alpn }),
    ...(task.certificate === undefined ? {} : { cert, key }),
    requestOCSP: task.staple,
    postHandshakeAuth: task.certificate === 'after it',
  };
}

/** Answers lines in capitals, and HTTP by a page, until the peer ends. */
function converse(socket: TLSSocket, task: ServerTask): void {
  let text = '';
  let isFirst = true;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    for (let request = requestIn(text); request !== undefined; request = requestIn(text)) {
      text = text.substring(request.length);
      if (isFirst && task.update) engineOf(socket).updateKeys(true);
      isFirst = false;
      if (!request.startsWith('GET ')) socket.write(request.toUpperCase());
      else answerHttp(socket, page(request));
    }
  });
  socket.on('end', () => socket.end());
}

function answerHttp(socket: TLSSocket, response: string): void {
  if (response.includes('connection: close')) socket.end(response);
  else socket.write(response);
}

/** A whole request at the head of a text. */
function requestIn(text: string): string | undefined {
  return /^(GET [\s\S]*?\r\n\r\n|(?!GET )[^\n]*\n)/.exec(text)?.[0];
}

/** A page that says by which protocol it came, with a script over the same connection or, after /first, over a new one. */
function page(request: string): string {
  const isPage = /^GET \/(page|first) /.test(request);
  const isLast = /^connection: close/im.test(request) || !request.startsWith('GET /page ');
  const body = isPage
    ? '<!doctype html><link rel="icon" href="data:,"><p id="protocol"></p><script src="/script"></script>\n'
    : `document.getElementById('protocol').textContent = performance.getEntriesByType('navigation')[0].nextHopProtocol;\n`;
  const lines = [
    'HTTP/1.1 200 OK',
    `content-type: ${isPage ? 'text/html' : 'text/javascript'}`,
    `content-length: ${body.length}`,
    ...(isLast ? ['connection: close'] : []),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

function ourFacts(socket: TLSSocket, told: Diary, role: 'client' | 'server', material: Material): Facts {
  const { info } = engineOf(socket);
  const [leaf] = info.peerCertificates ?? [];
  const own = told.messages('certificate_verify').includes('sent certificate_verify') ? CLIENT : undefined;
  const peer = socket.getPeerX509Certificate()?.subject.replace('CN=', '');
  return factsOf({
    version: info.version as Version | undefined,
    resumed: info.resumed ?? false,
    early: info.earlyData === undefined ? undefined : info.earlyData === 'accepted',
    client: role === 'client' ? own : peer,
    group: info.group,
    alpn: info.alpn,
    retried: info.helloRetryRequest,
    staple: leaf?.ocspResponse !== undefined && readFileSync(material.stapleFile).equals(leaf.ocspResponse),
    timestamps: leaf?.scts?.filter((sct) => material.timestamp.equals(sct)).length,
    updated: told.messages('key_update').includes('received key_update'),
  });
}

/** How often the server did what it can be told to do after the handshake. */
function done(told: Diary, { update }: ServerTask): number {
  const message = update ? 'received key_update' : 'sent certificate_verify';
  return told.messages().filter((name) => name === message).length;
}

/** In TLS 1.2 it is there with the end of the handshake. */
function sessionOf(socket: TLSSocket): Promise<Buffer> {
  return new Promise((resolve) => {
    socket.once('session', resolve);
    socket.once('secureConnect', () => {
      const given = socket.getSession();
      if (given !== undefined) resolve(given);
    });
  });
}

async function until(isTrue: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + PATIENCE; !isTrue(); await sleep(5)) {
    if (Date.now() > end) throw new Error(`waited ${PATIENCE / 1000} s for ${what}`);
  }
}

async function patient<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${PATIENCE / 1000} s for ${what}`)), PATIENCE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
