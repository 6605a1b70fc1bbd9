/** OCSP stapling by the events of node:tls. */
import { once } from 'node:events';
import type { Server as NetServer } from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  connect,
  createSecureContext,
  createServer,
  type ServerOptions,
  type TLSSocket,
} from '../../src/node/index.ts';
import { type TestCa, type TestCertificate, testCa } from '../support/pki.ts';
import { errorOf, listen } from '../support/sockets.ts';

const STAPLE = Buffer.from('3003020100', 'hex');
type Done = (error: Error | null, response?: Uint8Array | null) => void;

let ca: TestCa;
let own: TestCertificate;
let chained: TestCertificate;
const open: { destroy(): void }[] = [];
const servers: NetServer[] = [];

beforeAll(() => {
  ca = testCa();
  own = ca.issue();
  chained = ca.intermediate().issue();
});

afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function serve(options: ServerOptions, answer?: (leaf: Buffer, issuer: Buffer | null, done: Done) => void) {
  const server = createServer(options, (socket) => open.push(socket.on('error', () => undefined)));
  if (answer !== undefined) server.on('OCSPRequest', answer);
  servers.push(server);
  return { server, port: await listen(server) };
}

/** What a client of ours gets stapled. */
async function stapleFrom(port: number, options: object = {}): Promise<Uint8Array | undefined> {
  const socket = connect({ port, servername: 'localhost', ca: ca.cert, requestOCSP: true, ...options });
  open.push(socket);
  let staple: Buffer | undefined;
  socket.once('OCSPResponse', (response: Buffer) => {
    staple = response;
  });
  await once(socket, 'secureConnect');
  return staple;
}

describe.each(['TLSv1.3', 'TLSv1.2'] as const)('%s', (version) => {
  const versions = { minVersion: version, maxVersion: version };

  test('a listener is asked with leaf and issuer, and its answer stapled', async () => {
    const asked: (Buffer | null)[][] = [];
    const { port } = await serve(chained, (leaf, issuer, done) => {
      asked.push([leaf, issuer]);
      setImmediate(done, null, STAPLE);
    });
    expect(await stapleFrom(port, versions)).toEqual(STAPLE);
    expect(asked.map((pair) => pair.map((der) => der && new Uint8Array(der)))).toEqual([
      chained.chain.map((der) => new Uint8Array(der)),
    ]);
  });

  test('a client of node:tls gets it too', async () => {
    const { port } = await serve(own, (_, issuer, done) => done(null, issuer === null ? STAPLE : null));
    // The declarations have it among the options of sockets only.
    const options = { port, ca: ca.cert, requestOCSP: true, servername: 'localhost', ...versions };
    const socket = tls.connect(options as tls.ConnectionOptions);
    open.push(socket);
    const [response] = await once(socket, 'OCSPResponse');
    expect(response).toEqual(STAPLE);
  });

  test.each([null, new Uint8Array(0)])('%s staples nothing', async (answer) => {
    const { port } = await serve(own, (_leaf, _issuer, done) => done(null, answer));
    expect(await stapleFrom(port, versions)).toBeUndefined();
  });

  test('an error of the listener ends the connection', async () => {
    const { server, port } = await serve(own, (_leaf, _issuer, done) => done(new Error('no responder')));
    const failed = once(server, 'tlsClientError');
    const socket = connect({ port, servername: 'localhost', ca: ca.cert, requestOCSP: true, ...versions });
    open.push(socket);
    expect((await errorOf(socket)).message).toContain('internal_error');
    expect((await failed)[0]).toMatchObject({ message: 'no responder' });
  });
});

test('nobody is asked for a client that does not want it', async () => {
  let count = 0;
  const { port } = await serve(own, (_leaf, _issuer, done) => {
    count++;
    done(null, STAPLE);
  });
  expect(await stapleFrom(port, { requestOCSP: false })).toBeUndefined();
  expect(count).toBe(0);
});

test('the context that SNICallback chose is asked about', async () => {
  const other = ca.issue({ names: ['localhost', 'other.test'] });
  const context = createSecureContext(other);
  const asked: Buffer[] = [];
  const SNICallback = (_: string, answer: (error: null, chosen: typeof context) => void) => answer(null, context);
  const { port } = await serve({ ...own, SNICallback }, (leaf, _issuer, done) => {
    asked.push(leaf);
    done(null, STAPLE);
  });
  expect(await stapleFrom(port)).toEqual(STAPLE);
  expect(asked.map((der) => new Uint8Array(der))).toEqual([new Uint8Array(other.chain[0] ?? [])]);
});

test('without a listener nothing is stapled', async () => {
  const { port } = await serve(own);
  const accepted: Promise<TLSSocket[]> = once(servers[0] as NetServer, 'secureConnection') as Promise<TLSSocket[]>;
  expect(await stapleFrom(port)).toBeUndefined();
  expect((await accepted).length).toBe(1);
});
