/**
 * node:http, node:https and node:http2 over this package's TLS. The modules are loaded when they are needed.
 */
import type { ServerOptions as HttpOptions, Server as HttpServer, RequestListener } from 'node:http';
import type { ServerOptions as Http2Options, Http2Server, Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Agent, AgentOptions, RequestOptions } from 'node:https';
import type { Server as NetServer, Socket } from 'node:net';
import { builtin } from './builtin.ts';
import { type ConnectOptions, connect } from './connect.ts';
import { createSecureContext, type SecureContext } from './secure-context.ts';
import { accept, type SecureConnectionListener, type ServerOptions, tcpOptions } from './server.ts';
import { SessionCache } from './session-cache.ts';
import { serverSettings } from './settings.ts';
import type { TLSSocket } from './tls-socket.ts';

/** What a context is made of: a request that brings none of its own shares the agent's. */
const CONTEXT_OPTIONS = [
  'ca',
  'cert',
  'key',
  'passphrase',
  'ciphers',
  'ecdhCurve',
  'sigalgs',
  'secureContext',
] as const;

/** Options of {@link httpsAgent}: those of https.Agent and of {@link connect}. */
export type HttpsAgentOptions = Omit<AgentOptions, keyof ConnectOptions> & ConnectOptions;

/** Sessions that an agent keeps; https.Agent's default. */
const CACHED_SESSIONS = 100;

/**
 * An https.Agent whose connections are ours: `https.get(url, { agent })`. It resumes sessions, and keeps as many of them
 * as `maxCachedSessions` says.
 */
export function httpsAgent(options: HttpsAgentOptions = {}): Agent {
  const { Agent } = builtin('node:https');
  const cache = new SessionCache(options.maxCachedSessions ?? CACHED_SESSIONS);
  let shared: SecureContext | undefined;
  class EngineAgent extends Agent {
    override createConnection(request: RequestOptions): TLSSocket {
      const given = request as ConnectOptions;
      const own = CONTEXT_OPTIONS.some((name) => given[name] !== options[name]);
      if (!own) shared ??= options.secureContext ?? createSecureContext(options);
      const ALPNProtocols = given.ALPNProtocols ?? ['http/1.1'];
      const name = this.getName(request);
      const session = given.session ?? cache.take(name);
      const socket = connect({ ...given, session, ALPNProtocols, ...(own ? {} : { secureContext: shared }) });
      socket.on('session', (latest: Buffer) => cache.put(name, latest));
      // As https.Agent does: what failed may have failed because of it.
      socket.once('close', (hadError: boolean) => hadError && cache.evict(name));
      return socket;
    }
  }
  return new EngineAgent(options as AgentOptions);
}

/**
 * An http.Server behind TLS, as https.createServer makes it. Beside an http.Server's events it emits
 * 'secureConnection' and 'tlsClientError'.
 */
export function createHttpsServer(options: ServerOptions & HttpOptions, handler?: RequestListener): HttpServer {
  const server = builtin('node:http').createServer({ ...options, ...tcpOptions(options) }, handler);
  behindTls(server, { ALPNProtocols: ['http/1.1'], ...options }, (socket, serve) => serve(socket));
  server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    if (!server.emit('clientError', error, socket)) socket.destroy();
  });
  return server;
}

/**
 * An HTTP/2 server behind TLS for clients that agree on `h2`; the others get HTTP/1.1. The handler sees either through
 * the compatibility API, as with http2.createSecureServer and allowHTTP1.
 */
export function createHttp2Server(
  options: ServerOptions & Omit<Http2Options, keyof ServerOptions>,
  handler?: (request: Http2ServerRequest, response: Http2ServerResponse) => void,
): Http2Server {
  const server = builtin('node:http2').createServer({ ...options, ...tcpOptions(options) }, handler);
  const http1 = builtin('node:http').createServer((request, response) => server.emit('request', request, response));
  behindTls(server, { ALPNProtocols: ['h2', 'http/1.1'], ...options }, (socket, serve) => {
    if (socket.alpnProtocol === 'h2') serve(socket);
    else http1.emit('connection', socket);
  });
  return server;
}

/**
 * Puts TLS under a server that expects plain connections: each is handed to the server's own listeners when its
 * handshake is done, by way of `route`.
 */
function behindTls(
  server: NetServer,
  given: ServerOptions,
  route: (socket: TLSSocket, serve: SecureConnectionListener) => void,
): void {
  const options = { ...given, isServer: true, server };
  const settings = serverSettings(options);
  const listeners = server.listeners('connection') as ((socket: TLSSocket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (transport: Socket) => {
    accept(transport, options, settings, (socket) => {
      server.emit('secureConnection', socket);
      route(socket, () => {
        for (const listener of listeners) listener.call(server, socket);
      });
    });
  });
}
