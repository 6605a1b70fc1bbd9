/**
 * Our end of the interop tests. Everything goes through `hellofin/node`; what node:tls has no option for is put into
 * a context's configuration, and what it has no method for is asked of the engine behind the socket.
 */
import { once } from 'node:events';
import type { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach } from 'vitest';
import {
  type ConnectOptions,
  connect,
  createSecureContext,
  createServer,
  type SecureContext,
  type SecureContextOptions,
  type Server,
  type ServerOptions,
  type TLSSocket,
} from '../../src/node/index.ts';
import type {
  ClientConfig,
  Credential,
  Direction,
  RecordEvent,
  ServerConfig,
  TlsConnection,
  TlsEvent,
} from '../../src/tls/index.ts';
import { listen as listenOn } from '../support/sockets.ts';

/** A context with settings of the engine, and with more beside its certificate, than node:tls has options for. */
export function contextWith(
  options: SecureContextOptions,
  config: Partial<ClientConfig & ServerConfig>,
  credential: Partial<Credential> = {},
): SecureContext {
  const context = createSecureContext(options);
  Object.assign(context.config, config);
  for (const own of context.credentials) Object.assign(own, credential);
  return context;
}

/** The engine behind a socket. */
export function engineOf(socket: TLSSocket): TlsConnection {
  return Reflect.get(socket, 'engine') as TlsConnection;
}

/** What an engine told of itself. */
export interface Diary {
  readonly trace: (event: TlsEvent) => void;
  readonly events: TlsEvent[];
  /** `sent client_hello`, in order, without what both sides always exchange after it. */
  messages(name?: string): string[];
}

/** A new diary: give its `trace` to one connection. */
export function diary(): Diary {
  const events: TlsEvent[] = [];
  const messages = (name?: string) =>
    events.flatMap((event) =>
      event.kind === 'message' && (name === undefined || event.name === name)
        ? [`${event.direction} ${event.name}`]
        : [],
    );
  return { events, messages, trace: (event) => events.push(event) };
}

/** A connection that a server of ours took in, as soon as there is one: the handshake may have failed. */
type Accepted = { readonly socket: TLSSocket } | { readonly error: Error & { code?: string } };

/** A server of ours on loopback. */
interface OurServer {
  readonly port: number;
  readonly server: Server;
  /** How the next handshake ends. */
  next(): Promise<Accepted>;
}

/** Our ends of the tests in a file; all of them are closed after each test. */
export interface Ends {
  /** Connects to a port of 127.0.0.1 as `localhost` and waits for the handshake. Rejects with the socket's error. */
  client(options: ConnectOptions): Promise<TLSSocket>;
  /** Serves; by default one line is answered by it in capitals, and the connection ended. */
  server(options: ServerOptions, serve?: (socket: TLSSocket) => void): Promise<OurServer>;
  /** Listens on a free port of 127.0.0.1, which it tells, until the test is over. */
  listen(server: NetServer): Promise<number>;
  /** Destroys it after the test. */
  keep<T extends Duplex>(stream: T): T;
}

/** Registers the cleaning up and gives the makers. Call it once per file. */
export function useEnds(): Ends {
  const open: { destroy(): void }[] = [];
  const servers: NetServer[] = [];

  afterEach(async () => {
    for (const socket of open.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  });

  const keep = <T extends Duplex>(stream: T): T => {
    open.push(stream);
    return stream.on('error', () => undefined); // a test that cares listens itself
  };
  const listen = (server: NetServer) => {
    servers.push(server);
    return listenOn(server);
  };
  return {
    keep,
    listen,
    async client(options) {
      const socket = connect({ host: '127.0.0.1', servername: 'localhost', ...options });
      keep(socket);
      await once(socket, 'secureConnect');
      return socket;
    },
    async server(options, serve = capitals) {
      const server = createServer(options, (socket) => serve(keep(socket)));
      const next = () =>
        new Promise<Accepted>((resolve) => {
          server.once('secureConnection', (socket: TLSSocket) => resolve({ socket }));
          server.once('tlsClientError', (error: Error) => resolve({ error }));
        });
      return { server, port: await listen(server), next };
    },
  };
}

/** The next data up to and with the end of a line. Rejects with the stream's error or when it ends before. */
export function line(socket: Duplex): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const done = (error?: Error) => {
      socket.off('data', take).off('error', done).off('end', early);
      if (error === undefined) resolve(text);
      else reject(error);
    };
    const take = (chunk: Buffer) => {
      text += chunk.toString();
      if (text.endsWith('\n')) done();
    };
    const early = () => done(new Error(`ended after ${JSON.stringify(text)}`));
    socket.on('data', take).on('error', done).on('end', early);
  });
}

/** The error that a stream ends with; undefined when it closes without. Whatever it says before is read. */
export function failure(socket: Duplex): Promise<(Error & { code?: string; received?: unknown }) | undefined> {
  // A socket that nobody read may have closed by itself already, if there was nothing to read.
  if (socket.closed) return Promise.resolve(socket.errored ?? undefined);
  return new Promise((resolve) => {
    socket.resume();
    socket.once('error', resolve);
    socket.once('close', () => resolve(undefined));
  });
}

async function capitals(socket: TLSSocket): Promise<void> {
  try {
    socket.end((await line(socket)).toUpperCase());
  } catch {
    // The peer gave up: what it says is the test's business.
  }
}

/** The connection that was accepted. Throws why the handshake failed. */
export function ourEnd(accepted: Accepted): { readonly socket: TLSSocket } {
  if ('error' in accepted) throw accepted.error;
  return accepted;
}

/** Lines of a key log for the secrets that both sides know and OpenSSL logs, in a fixed order. */
export function keyLines(lines: readonly string[]): string[] {
  return lines.filter((text) => /^(CLIENT|SERVER|EXPORTER)_/.test(text)).sort();
}

/** Records of application data in a direction. */
export function dataRecords(events: readonly TlsEvent[], direction: Direction): RecordEvent[] {
  return records(events, direction).filter(({ innerType }) => innerType === 'application_data');
}

/** How many change_cipher_spec records crossed in a direction (RFC 8446 appendix D.4). */
export function compatibilityRecords(events: readonly TlsEvent[], direction: Direction): number {
  return records(events, direction).filter(({ contentType }) => contentType === 'change_cipher_spec').length;
}

function records(events: readonly TlsEvent[], direction: Direction): RecordEvent[] {
  return events.filter((event) => event.kind === 'record').filter((event) => event.direction === direction);
}
