import { connect as connectTcp, type NetConnectOpts, type Socket, type SocketConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import { argumentError } from './error.ts';
import { refuse } from './secure-context.ts';
import { clientSettings, type TLSSocketOptions } from './settings.ts';
import { TLSSocket } from './tls-socket.ts';

/** Options of {@link connect}: those of net.connect, and those of node:tls by their names. */
export interface ConnectOptions extends TLSSocketOptions {
  /** `localhost` unless given. */
  host?: string | undefined;
  port?: number | string | undefined;
  /** A Unix domain socket, in place of host and port. */
  path?: string | null | undefined;
  /** A connected, or connecting, stream to use in place of a new TCP connection. */
  socket?: Duplex | undefined;
  /** Milliseconds without traffic until 'timeout'. */
  timeout?: number | undefined;
  localAddress?: string | undefined;
  localPort?: number | undefined;
  family?: number | undefined;
  hints?: number | undefined;
  lookup?: Extract<NetConnectOpts, { host?: string | undefined }>['lookup'];
  autoSelectFamily?: boolean | undefined;
  autoSelectFamilyAttemptTimeout?: number | undefined;
  keepAlive?: boolean | undefined;
  keepAliveInitialDelay?: number | undefined;
  /** Not implemented, and refused. */
  onread?: unknown;
}

/** The arguments of tls.connect. `callback` listens to 'secureConnect'. */
export type ConnectArguments =
  | [options: ConnectOptions, callback?: () => void]
  | [port: number | string, callback?: () => void]
  | [port: number | string, options: ConnectOptions, callback?: () => void]
  | [port: number | string, host: string, callback?: () => void]
  | [port: number | string, host: string, options: ConnectOptions, callback?: () => void]
  | [path: string, callback?: () => void]
  | [path: string, options: ConnectOptions, callback?: () => void];

/**
 * Opens a TLS connection, as tls.connect does; the arguments are the same. Unlike there, the host is asked for by name
 * (server_name) without being told so by `servername`, and TCP_NODELAY is on.
 * @throws an Error with a code for options that can not be met
 */
export function connect(...args: ConnectArguments): TLSSocket {
  const { options, callback } = normalize(args);
  // The buffer would be given ciphertext.
  refuse(options, ['onread']);
  const settings = clientSettings(options, hostOf(options));
  const transport = options.socket ?? connectTcp(tcpOptions(options));
  const socket = new TLSSocket(transport, options, settings);
  if (options.socket === undefined) relay(transport as Socket, socket);
  else socket.setNoDelay(true);
  if (options.timeout !== undefined) socket.setTimeout(options.timeout);
  if (callback !== undefined) socket.once('secureConnect', callback);
  return socket;
}

function normalize(args: ConnectArguments): { options: ConnectOptions; callback: (() => void) | undefined } {
  const [first, ...rest] = args;
  const callback = rest.find((arg) => typeof arg === 'function') as (() => void) | undefined;
  if (typeof first === 'object' && first !== null) return { options: first, callback };
  const given = (rest.find((arg) => typeof arg === 'object' && arg !== null) ?? {}) as ConnectOptions;
  const host = rest.find((arg) => typeof arg === 'string') as string | undefined;
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { options: { ...given, path: first }, callback };
  if (typeof first !== 'number' && typeof first !== 'string') {
    throw argumentError('ERR_MISSING_ARGS', 'connect needs options, a port or a path');
  }
  return { options: { ...given, port: first, ...(host === undefined ? {} : { host }) }, callback };
}

/** Who is to be verified where `servername` does not say. */
function hostOf({ host, socket }: ConnectOptions): string | undefined {
  // net.Socket notes the host that it was connected to, and node:tls looks there too.
  return host ?? (socket as { _host?: string | null } | undefined)?._host ?? undefined;
}

function tcpOptions(options: ConnectOptions): SocketConnectOpts & { noDelay: boolean; allowHalfOpen: boolean } {
  const { path, port, host, timeout: _timeout, socket: _socket, signal: _signal, ...rest } = options;
  // TLS ends the transport itself; a half-closed connection can still be written to.
  const common = { ...rest, noDelay: true, allowHalfOpen: true };
  if (path !== undefined && path !== null) return { ...common, path } as SocketConnectOpts & typeof common;
  if (port === undefined) throw argumentError('ERR_MISSING_ARGS', 'connect needs a port, a path or a socket');
  return { ...common, port: Number(port), host: host ?? 'localhost' } as SocketConnectOpts & typeof common;
}

/** Passes on what node:tls's socket, being one with the TCP socket, emits of the connection's making. */
function relay(transport: Socket, socket: TLSSocket): void {
  transport.once('connect', () => socket.emit('connect'));
  transport.once('ready', () => socket.emit('ready'));
  transport.on('lookup', (...args) => socket.emit('lookup', ...args));
}
