/** Sessions on sockets: Buffers, events, options and keys by the names of node:tls; 0-RTT by our own. */
import { once } from 'node:events';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type ConnectOptions,
  connect,
  createHttpsServer,
  createSecureContext,
  createServer,
  httpsAgent,
  type ServerOptions,
  SingleUseMemory,
  type TLSSocket,
} from '../../src/node/index.ts';
import { type TestCa, type TestCertificate, testCa } from '../support/pki.ts';
import { errorOf, listen, readAll } from '../support/sockets.ts';

let ca: TestCa;
let healthy: TestCertificate;
const cleanups: (() => void)[] = [];

beforeAll(() => {
  ca = testCa();
  healthy = ca.issue();
});

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function serve(options: ServerOptions = {}, listener?: (socket: TLSSocket) => void) {
  const server = createServer({ cert: healthy.cert, key: healthy.key, ...options }, (socket) => {
    cleanups.push(() => socket.destroy());
    socket.on('error', () => undefined);
    if (listener === undefined) socket.end('hello');
    else listener(socket);
  });
  cleanups.push(() => server.close());
  return { server, port: await listen(server) };
}

function dial(port: number, options: ConnectOptions = {}): TLSSocket {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: ca.cert, ...options });
  cleanups.push(() => socket.destroy());
  return socket;
}

/** Connects until the server has ended; the sessions that came, and whether one was resumed. */
async function visit(port: number, options: ConnectOptions = {}) {
  const socket = dial(port, options);
  const sessions: Buffer[] = [];
  socket.on('session', (session: Buffer) => sessions.push(session));
  expect((await readAll(socket)).toString()).toBe('hello');
  return { socket, sessions, reused: socket.isSessionReused() };
}

describe('a session', () => {
  test('is given by an event, and resumed by an option', async () => {
    const { port } = await serve();
    const first = await visit(port);
    expect([first.reused, first.sessions.length]).toEqual([false, 2]);
    const second = await visit(port, { session: first.sessions[1] });
    expect([second.reused, second.sessions.length, second.socket.authorized]).toEqual([true, 1, true]);
    expect(second.socket.getPeerX509Certificate()?.subject).toBe('CN=localhost');
  });

  test('waits for whoever asks for it', async () => {
    const { port } = await serve();
    const socket = dial(port);
    await readAll(socket);
    const session = socket.getSession();
    expect(session?.equals(socket.getSession() ?? Buffer.of())).toBe(true);
    expect(session?.includes(socket.getTLSTicket() ?? Buffer.of(0xff, 0xff, 0xff))).toBe(true);
    expect((await visit(port, { session })).reused).toBe(true);
    expect(dial(port).getSession()).toBeUndefined();
    expect(dial(port).getTLSTicket()).toBeUndefined();
  });

  test.each<[string, Buffer]>([
    ['not one', Buffer.from('no session')],
    ['empty', Buffer.alloc(0)],
  ])('that is %s is passed over', async (_, session) => {
    const { port } = await serve();
    expect((await visit(port, { session })).reused).toBe(false);
  });

  test('is not resumed for another name, other roots or an unverified chain', async () => {
    const { port } = await serve();
    const [session] = (await visit(port)).sessions;
    expect((await visit(port, { session, servername: '127.0.0.1' })).reused).toBe(false);
    const other = dial(port, { session, ca: testCa().cert });
    expect(await errorOf(other)).toMatchObject({ code: expect.stringMatching(/^UNABLE_TO/) });
    expect(other.isSessionReused()).toBe(false);
    const lax = await visit(port, { ca: testCa().cert, rejectUnauthorized: false });
    expect(lax.socket.authorized).toBe(false);
    expect((await visit(port, { session: lax.sessions[0], rejectUnauthorized: true })).reused).toBe(true);
    const laxAgain = await visit(port, {
      session: lax.sessions[1],
      ca: testCa().cert,
      rejectUnauthorized: false,
    });
    expect([laxAgain.reused, laxAgain.socket.authorized]).toEqual([true, false]);
    expect(laxAgain.socket.authorizationError).toMatch(/^UNABLE_TO/);
  });

  test('keeps the certificate of a client, which is judged by the roots of now', async () => {
    const own = ca.issue({ commonName: 'a client', names: [], purposes: ['clientAuth'] });
    const { server, port } = await serve({ requestCert: true, ca: ca.cert });
    const seen: (string | undefined)[] = [];
    server.on('secureConnection', (socket: TLSSocket) =>
      seen.push(`${socket.isSessionReused()} ${socket.authorized} ${socket.getPeerX509Certificate()?.subject}`),
    );
    const options = { cert: own.cert, key: own.key };
    const [session] = (await visit(port, options)).sessions;
    await visit(port, { ...options, session });
    expect(seen).toEqual(['false true CN=a client', 'true true CN=a client']);
  });
});

describe('a server', () => {
  test('takes only tickets of its keys, which can be set, read and shared', async () => {
    const [a, b] = [await serve(), await serve()];
    const [session] = (await visit(a.port)).sessions;
    expect((await visit(b.port, { session })).reused).toBe(false);
    expect(a.server.getTicketKeys().length).toBe(48);
    b.server.setTicketKeys(a.server.getTicketKeys());
    expect((await visit(b.port, { session })).reused).toBe(true);
    b.server.setTicketKeys(Buffer.concat([Buffer.alloc(48, 1), a.server.getTicketKeys()]));
    expect((await visit(b.port, { session })).reused).toBe(true);
    b.server.setTicketKeys(Buffer.alloc(48, 1));
    expect((await visit(b.port, { session })).reused).toBe(false);
    const wrong = expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' });
    for (const length of [0, 47, 49]) expect(() => b.server.setTicketKeys(Buffer.alloc(length))).toThrow(wrong);
  });

  test('has its keys from an option', async () => {
    const options = { ticketKeys: Buffer.alloc(48, 7) };
    const [a, b] = [await serve(options), await serve(options)];
    expect((await visit(b.port, { session: (await visit(a.port)).sessions[0] })).reused).toBe(true);
    expect(a.server.getTicketKeys()).toEqual(options.ticketKeys);
  });

  test('with another sessionIdContext resumes nothing', async () => {
    const options = { ticketKeys: Buffer.alloc(48, 7) };
    const [a, b] = [await serve(options), await serve({ ...options, sessionIdContext: 'another' })];
    expect((await visit(b.port, { session: (await visit(a.port)).sessions[0] })).reused).toBe(false);
  });

  test('says how many tickets, and how long they live', async () => {
    expect((await visit((await serve({ sessionTickets: 5 })).port)).sessions.length).toBe(5);
    expect((await visit((await serve({ sessionTimeout: 0 })).port)).sessions.length).toBe(0);
    const { port } = await serve({ sessionTimeout: 1 });
    const [session] = (await visit(port)).sessions;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await visit(port, { session })).reused).toBe(false);
    const wrong = expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' });
    for (const sessionTimeout of [-1, 1.5, 604_801]) {
      expect(() => createSecureContext({ sessionTimeout })).toThrow(wrong);
    }
  });

  test('has its sessions kept by listeners', async () => {
    const kept = new Map<string, Buffer>();
    const { server, port } = await serve();
    server.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
      kept.set(id.toString('hex'), data);
      setImmediate(done);
    });
    server.on('resumeSession', (id: Buffer, done: (error: Error | null, data?: Buffer) => void) =>
      setImmediate(() => done(null, kept.get(id.toString('hex')))),
    );
    const { sessions } = await visit(port);
    expect([sessions.length, kept.size]).toEqual([2, 2]);
    expect((await visit(port, { session: sessions[0] })).reused).toBe(true);
    kept.clear();
    expect((await visit(port, { session: sessions[1] })).reused).toBe(false);
  });

  test('whose store fails tells so', async () => {
    const { server, port } = await serve();
    const [session] = (await visit(port)).sessions;
    server.on('resumeSession', (_id: Buffer, done: (error: Error) => void) => done(new Error('the store is down')));
    const failed = once(server, 'tlsClientError');
    expect(await errorOf(dial(port, { session }))).toMatchObject({ received: 'internal_error' });
    expect((await failed)[0]).toMatchObject({ message: 'the store is down' });
  });
});

describe('an agent', () => {
  test('resumes by itself, each session once', async () => {
    const server = createHttpsServer({ cert: healthy.cert, key: healthy.key }, (_, response) => {
      response.setHeader('connection', 'close').end('hello');
    });
    cleanups.push(() => server.close());
    const port = await listen(server);
    const agent = httpsAgent({ ca: ca.cert });
    cleanups.push(() => agent.destroy());
    const reused: boolean[] = [];
    const get = async (options: https.RequestOptions) => {
      const request = https.get({ port, host: '127.0.0.1', servername: 'localhost', agent, ...options });
      const [response] = await once(request, 'response');
      reused.push((response.socket as TLSSocket).isSessionReused());
      expect(await text(response)).toBe('hello');
    };
    for (let i = 0; i < 3; i++) await get({});
    await get({ servername: '127.0.0.1' });
    expect(reused).toEqual([false, true, true, false]);
  });

  test('keeps no sessions when told so', async () => {
    const server = createHttpsServer({ cert: healthy.cert, key: healthy.key }, (_, response) => {
      response.setHeader('connection', 'close').end('hello');
    });
    cleanups.push(() => server.close());
    const port = await listen(server);
    const agent = httpsAgent({ ca: ca.cert, maxCachedSessions: 0 });
    cleanups.push(() => agent.destroy());
    for (let i = 0; i < 2; i++) {
      const request = https.get({ port, host: '127.0.0.1', servername: 'localhost', agent });
      const [response] = await once(request, 'response');
      expect((response.socket as TLSSocket).isSessionReused()).toBe(false);
      await text(response);
    }
  });
});

describe('0-RTT data', () => {
  const early = Buffer.from('early ');

  /** A server that sends back what it read, and how many bytes of it came early. */
  const echo = (options: ServerOptions = {}) =>
    serve({ maxEarlyData: 1000, allowHalfOpen: true, ...options }, async (socket) => {
      const data = await readAll(socket);
      socket.end(`${socket.earlyBytes} ${socket.earlyData} ${data}`);
    });

  async function send(port: number, options: ConnectOptions) {
    const socket = dial(port, { allowHalfOpen: true, ...options });
    const sessions: Buffer[] = [];
    socket.on('session', (session: Buffer) => sessions.push(session));
    socket.end('late');
    return { answer: (await readAll(socket)).toString(), sessions, socket };
  }

  test('is what the server reads first, and told apart', async () => {
    const { port } = await echo();
    const { sessions } = await send(port, { earlyData: early });
    const { answer, socket } = await send(port, { session: sessions[0], earlyData: early });
    expect(answer).toBe('6 accepted early late');
    expect(socket.earlyData).toBe('accepted');
  });

  test('is taken once, and never sent again by itself', async () => {
    const { port } = await echo();
    const { sessions } = await send(port, {});
    const [session] = sessions;
    expect((await send(port, { session, earlyData: early })).answer).toBe('6 accepted early late');
    const again = await send(port, { session, earlyData: early });
    expect(again.answer).toBe('0 rejected late');
    expect([again.socket.earlyData, again.socket.isSessionReused()]).toEqual(['rejected', true]);
  });

  test('is not offered to a server that takes none', async () => {
    const { port } = await echo({ maxEarlyData: 0 });
    const { sessions } = await send(port, {});
    const { answer, socket } = await send(port, { session: sessions[0], earlyData: early });
    expect([answer, socket.earlyData]).toEqual(['0 undefined late', undefined]);
  });

  test('reaches listeners before the handshake is done, and may be answered then', async () => {
    const heard: string[] = [];
    const { server, port } = await serve({ maxEarlyData: 1000 }, (socket) => {
      heard.push('secure');
      socket.resume();
    });
    server.on('earlyData', (data: Buffer, socket: TLSSocket) => {
      heard.push(`${data} ${socket.secureConnecting} ${socket.isSessionReused()}`);
      socket.end('hello');
    });
    const plain = dial(port);
    const [session] = (await once(plain, 'session')) as [Buffer];
    plain.end();
    const socket = dial(port, { session, earlyData: early });
    expect((await readAll(socket)).toString()).toBe('hello');
    expect(heard.slice(0, 2)).toEqual(['secure', 'early  true true']);
  });

  test('more than the session allows is an error before anything is sent', async () => {
    const { port } = await echo();
    const { sessions } = await send(port, {});
    const socket = dial(port, { session: sessions[0], earlyData: Buffer.alloc(1001) });
    expect(await errorOf(socket)).toMatchObject({ code: 'BAD_CONFIGURATION' });
  });

  test('needs a memory that says yes', async () => {
    const throwing = () => {
      throw new Error('down');
    };
    for (const use of [throwing, () => false, () => Promise.reject(new Error('down')), () => Promise.resolve(false)]) {
      const { port } = await echo({ singleUse: { use } });
      const { sessions } = await send(port, {});
      expect((await send(port, { session: sessions[0], earlyData: early })).answer).toBe('0 rejected late');
    }
  });
});

describe('the memory of used tickets', () => {
  const id = (n: number) => new Uint8Array(32).fill(n);
  const soon = () => Date.now() + 10_000;

  test('says yes once, to tickets that it can know of', () => {
    const memory = new SingleUseMemory();
    const issued = Date.now() + 1;
    expect([memory.use(id(1), issued, soon()), memory.use(id(1), issued, soon())]).toEqual([true, false]);
    expect(memory.use(id(2), Date.now() - 1000, soon())).toBe(false);
  });

  test('says no when it is full, until it may forget', () => {
    const memory = new SingleUseMemory(2);
    const issued = Date.now() + 1;
    const past = Date.now() - 1;
    expect(memory.use(id(1), issued, past)).toBe(true);
    expect(memory.use(id(2), issued, soon())).toBe(true);
    expect(memory.use(id(3), issued, soon())).toBe(true);
    expect(memory.use(id(4), issued, soon())).toBe(false);
  });
});
