import { captureRejectionSymbol } from 'node:events';
import { Server as NetServer, type ServerOpts, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { argumentError } from './error.ts';
import { createSecureContext, SecureContext, type SecureContextOptions } from './secure-context.ts';
import { type ServerSettings, type SniAnswer, serverSettings, type TLSSocketOptions } from './settings.ts';
import { formatTicketKeys, parseTicketKeys } from './ticket-keys.ts';
import { TLSSocket } from './tls-socket.ts';

/** Options of {@link createServer}: those of net.createServer, and those of node:tls by their names. */
export interface ServerOptions extends Omit<TLSSocketOptions, 'signal' | 'isServer' | 'server' | 'servername'> {
  keepAlive?: boolean | undefined;
  keepAliveInitialDelay?: number | undefined;
  highWaterMark?: number | undefined;
  /** Connections are paused when they are handed over. */
  pauseOnConnect?: boolean | undefined;
}

/** Receives connections after their handshake. */
export type SecureConnectionListener = (socket: TLSSocket) => void;

/**
 * A net.Server whose connections speak TLS. Emits 'secureConnection' with a TLSSocket after each handshake,
 * 'tlsClientError' with the error and the socket when one fails, and 'keylog'. A stream from elsewhere is taken in by
 * `emit('connection', stream)`.
 *
 * With listeners for 'newSession' (id, data, done) and 'resumeSession' (id, done) it keeps no sessions in tickets but
 * with them. 'earlyData' (data, socket) brings 0-RTT data as it comes, before the handshake is done; without a listener
 * it is what is read first afterwards.
 *
 * 'OCSPRequest' (leaf and issuer as DER, the latter null where it is not in the chain, and done) asks for the response
 * to staple, of each client that wants one.
 */
export class Server extends NetServer {
  readonly #options: TLSSocketOptions;
  #settings: ServerSettings;
  readonly #named: { readonly pattern: RegExp; readonly context: SecureContext }[] = [];

  /** @throws an Error with a code for options that can not be met */
  constructor(options: ServerOptions = {}, listener?: SecureConnectionListener) {
    super(tcpOptions(options));
    this.#options = { ...options, isServer: true, server: this };
    this.#settings = serverSettings(this.#options);
    this.on('connection', (transport) => {
      accept(transport, this.#options, this.#settings, (socket) => this.emit('secureConnection', socket));
    });
    if (listener !== undefined) this.on('secureConnection', listener);
  }

  /** With `events.captureRejections`: a listener of 'secureConnection' that rejects ends its connection. */
  override [captureRejectionSymbol](error: Error, event: string | symbol, ...args: unknown[]): void {
    const [socket] = args;
    if (event === 'secureConnection' && socket instanceof TLSSocket) socket.destroy(error);
    else this.emit('error', error);
  }

  /** Uses other credentials, roots and parameters from the next connection on. */
  setSecureContext(options: SecureContextOptions | SecureContext): void {
    const context = options instanceof SecureContext ? options : createSecureContext(options);
    this.#options.secureContext = context;
    this.#update();
  }

  /** Uses a context for clients that ask for `hostname`; `*.` stands for one label. The latest one counts. */
  addContext(hostname: string, options: SecureContextOptions | SecureContext): void {
    if (hostname === '') throw argumentError('ERR_TLS_REQUIRED_SERVER_NAME', 'hostname must not be empty');
    const context = options instanceof SecureContext ? options : createSecureContext(options);
    this.#named.unshift({ pattern: patternOf(hostname), context });
    this.#update();
  }

  /** The keys of tickets, as `ticketKeys` takes them: 48 bytes each, the one that seals first. */
  getTicketKeys(): Buffer {
    return formatTicketKeys(this.#settings.context.tickets);
  }

  /** Uses other keys for tickets: 48 bytes, or several times 48; the first seals. @throws code ERR_INVALID_ARG_VALUE */
  setTicketKeys(keys: Uint8Array): void {
    this.#settings.context.tickets.replace(parseTicketKeys(keys));
  }

  #update(): void {
    const { SNICallback = this.#named.length === 0 ? undefined : this.#chooseNamed } = this.#options;
    this.#settings = serverSettings({ ...this.#options, SNICallback });
  }

  /** The latest context that was added for a name. */
  readonly #chooseNamed = (name: string, answer: SniAnswer): void => {
    const asked = name.toLowerCase();
    answer(null, this.#named.find(({ pattern }) => pattern.test(asked))?.context);
  };
}

/** A name of `addContext`: `*` stands for any part of one label, as in node:tls. */
function patternOf(hostname: string): RegExp {
  const literal = hostname.toLowerCase().replace(/[.^$+?()|[\]{}\\-]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '[^.]*')}$`);
}

/** Makes a TLS server, as tls.createServer does. `listener` receives 'secureConnection'. */
export function createServer(options: ServerOptions = {}, listener?: SecureConnectionListener): Server {
  return new Server(options, listener);
}

/** Options of a net.Server under TLS. */
export function tcpOptions(options: ServerOptions): ServerOpts {
  const { keepAlive, keepAliveInitialDelay, highWaterMark } = options;
  return {
    // TLS ends the transport itself; a half-closed connection can still be written to.
    allowHalfOpen: true,
    noDelay: true,
    ...(keepAlive === undefined ? {} : { keepAlive }),
    ...(keepAliveInitialDelay === undefined ? {} : { keepAliveInitialDelay }),
    ...(highWaterMark === undefined ? {} : { highWaterMark }),
  };
}

/** Runs the server's side of a handshake on a new connection and hands it on when it is done. */
export function accept(
  transport: Socket | Duplex,
  options: TLSSocketOptions & Pick<ServerOptions, 'pauseOnConnect'>,
  settings: ServerSettings,
  listener: SecureConnectionListener,
): void {
  const socket = new TLSSocket(transport, options, settings);
  if (options.pauseOnConnect) socket.pause();
  socket.once('secure', () => listener(socket));
}
