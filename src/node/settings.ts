/**
 * Options of connections, and what is worked out of them once: a server shares the result among all its connections.
 */
import { isIP, type Server as NetServer } from 'node:net';
import type { PeerCertificate as LegacyCertificate } from 'node:tls';
import { domainToASCII } from 'node:url';
import type { ClientConfig, ServerConfig, Trace } from '../tls/index.ts';
import type { AlpnCallback, PskCallback } from './callbacks.ts';
import { argumentError } from './error.ts';
import { type AlpnProtocols, parseAlpn } from './names.ts';
import { SecureContext, type SecureContextOptions } from './secure-context.ts';
import { type SingleUse, SingleUseMemory } from './single-use.ts';
import { subjectsOf } from './trust/index.ts';
import { checkKinds } from './validate.ts';

/** Answers node:tls's SNICallback: the context for a name, or none for the server's own. */
export type SniAnswer = (error: Error | null, context?: SecureContext) => void;

/** Options of a {@link TLSSocket}, by the names of node:tls; what node:tls has not is said to be ours. */
export interface TLSSocketOptions extends SecureContextOptions {
  isServer?: boolean | undefined;
  /** The server that the socket belongs to: it emits 'tlsClientError' and 'keylog'. */
  server?: NetServer | undefined;
  /** In place of the options it was made of. */
  secureContext?: SecureContext | undefined;
  ALPNProtocols?: AlpnProtocols | undefined;
  SNICallback?: ((servername: string, answer: SniAnswer) => void) | undefined;
  /** Clients: the name to ask for and to verify; the host unless that is an IP address. Empty sends none. */
  servername?: string | undefined;
  /** Servers: ask the client for a certificate. */
  requestCert?: boolean | undefined;
  /** Refuse a peer whose chain is not acceptable. True unless given. */
  rejectUnauthorized?: boolean | undefined;
  /** Clients: in place of our own check of the name (RFC 9525). Returns an error to refuse. */
  checkServerIdentity?: ((hostname: string, certificate: LegacyCertificate) => Error | undefined) | undefined;
  requestOCSP?: boolean | undefined;
  /** Clients: answer requests for a certificate that come after the handshake. False unless given, as node:tls does. Ours. */
  postHandshakeAuth?: boolean | undefined;
  /** Milliseconds until a handshake has failed. Servers: 120,000 unless given. Clients, ours: none unless given. */
  handshakeTimeout?: number | undefined;
  /** Go on writing after the peer's end. */
  allowHalfOpen?: boolean | undefined;
  /** Bytes that are read ahead, and written before `write` returns false; Node's default unless given. */
  highWaterMark?: number | undefined;
  /** Destroys the connection. Ours. */
  signal?: AbortSignal | undefined;
  /** Receives everything that the engine tells of itself. Ours. */
  trace?: Trace | undefined;
  /**
   * What an end of the transport without a close_notify is (RFC 8446 section 6.1): an `error`, once the data that came
   * before has been read, or an `end` with `truncated` set, for protocols that mark their own end. Ours.
   */
  truncation?: 'error' | 'end' | undefined;
  /** Servers: choose the suite and the group in the server's order. True unless given. */
  honorCipherOrder?: boolean | undefined;
  /** Clients: what an earlier connection's 'session' or `getSession` gave, to be resumed. */
  session?: Uint8Array | undefined;
  /** Servers: tickets after a full handshake, 0 to 8; 2 unless given. Ours. */
  sessionTickets?: number | undefined;
  /**
   * Clients: sent at once with a session that allows it, before the server is known to be there. Whoever records it can
   * send it again: only what does no harm twice (RFC 8446 section 8). The socket's `earlyData` tells what became of
   * it; what was rejected is not sent again. Ours.
   */
  earlyData?: Uint8Array | undefined;
  /** Servers: take so many bytes of 0-RTT data; none unless given. Ours. */
  maxEarlyData?: number | undefined;
  /** Servers: remembers which tickets were used for 0-RTT data; in this process unless given. Ours. */
  singleUse?: SingleUse | undefined;
  /** Servers: chooses the protocol for each client that offers some. Not beside {@link ALPNProtocols}. */
  ALPNCallback?: AlpnCallback | undefined;
  /** Keys that both ends have, in TLS 1.3 with SHA-256 (RFC 8446 section 2.2). TLS 1.2's suites for them are not spoken. */
  pskCallback?: PskCallback<never> | undefined;
  /** A hint for clients of TLS 1.2; TLS 1.3 has none, so it goes nowhere. */
  pskIdentityHint?: string | undefined;
  /** Bits of finite fields that a client takes at least. All that are spoken have 2,048 and more. */
  minDHSize?: number | undefined;
  /** Prints each handshake, message by message, to standard error. */
  enableTrace?: boolean | undefined;
}

interface CommonSettings {
  readonly context: SecureContext;
  readonly rejectUnauthorized: boolean;
  /** Milliseconds, 0 for none. */
  readonly handshakeTimeout: number;
  readonly endOnTruncation: boolean;
}

/** What a client's connection needs to know. */
export interface ClientSettings extends CommonSettings {
  readonly role: 'client';
  readonly config: ClientConfig;
  /** Who the server must be: a DNS name of A-labels or an IP address. */
  readonly hostname: string;
  readonly checkServerIdentity: TLSSocketOptions['checkServerIdentity'];
  readonly pskCallback: TLSSocketOptions['pskCallback'];
}

/** What a server's connection needs to know. */
export interface ServerSettings extends CommonSettings {
  readonly role: 'server';
  readonly config: ServerConfig;
  readonly SNICallback: TLSSocketOptions['SNICallback'];
  readonly ALPNCallback: AlpnCallback | undefined;
  readonly pskCallback: TLSSocketOptions['pskCallback'];
  readonly singleUse: SingleUse;
}

/** See {@link clientSettings} and {@link serverSettings}. */
export type Settings = ClientSettings | ServerSettings;

/** Milliseconds that a handshake may take unless configured, whole and not per byte: node:tls's default for servers. */
const SERVER_HANDSHAKE_TIMEOUT = 120_000;

/** Settings for the role that the options name. @throws an Error with a code for options that can not be met. */
export function settingsOf(options: TLSSocketOptions): Settings {
  return options.isServer ? serverSettings(options) : clientSettings(options);
}

/**
 * What a client's connections need to know.
 * @param host who is verified when `servername` does not say.
 * @throws an Error with a code for options that can not be met
 */
export function clientSettings(options: TLSSocketOptions, host = 'localhost'): ClientSettings {
  const context = contextOf(options);
  const hostname = toAscii(options.servername || host);
  const serverName = options.servername ?? host;
  const alpn = parseAlpn(options.ALPNProtocols);
  const [credential, ...more] = context.credentials;
  return {
    ...common(options, context, 0),
    role: 'client',
    config: {
      ...context.config,
      ...(options.trace === undefined ? {} : { trace: options.trace }),
      ...(alpn === undefined ? {} : { alpn }),
      ...(serverName === '' || isIP(serverName) ? {} : { serverName: hostname.replace(/\.$/, '') }),
      ...(credential === undefined ? {} : { credential: more.length === 0 ? credential : 'ask' }),
      ...(options.requestOCSP === undefined ? {} : { requestOcsp: options.requestOCSP }),
      ...(options.postHandshakeAuth === undefined ? {} : { postHandshakeAuth: options.postHandshakeAuth }),
      sessions: { now: Date.now },
    },
    hostname,
    checkServerIdentity: options.checkServerIdentity,
    pskCallback: options.pskCallback,
  };
}

/** What a server's connections need to know. @throws an Error with a code for options that can not be met */
export function serverSettings(options: TLSSocketOptions): ServerSettings {
  const context = contextOf(options);
  const { SNICallback, ALPNCallback, pskCallback, rejectUnauthorized, requestCert } = options;
  checkKinds(options, 'function', 'SNICallback', 'ALPNCallback');
  if (ALPNCallback !== undefined && options.ALPNProtocols !== undefined) {
    throw argumentError('ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS', 'ALPNCallback goes not with ALPNProtocols');
  }
  const alpn = parseAlpn(options.ALPNProtocols);
  const authorities = requestCert && context.ca !== undefined ? subjectsOf(context.ca) : [];
  return {
    ...common(options, context, SERVER_HANDSHAKE_TIMEOUT),
    role: 'server',
    config: {
      ...context.config,
      ...(options.trace === undefined ? {} : { trace: options.trace }),
      ...(alpn === undefined ? {} : { alpn }),
      credentials: (SNICallback ?? ALPNCallback) === undefined ? context.credentials : 'ask',
      ...(pskCallback === undefined ? {} : { psks: 'ask' }),
      ...(requestCert ? { clientCertificate: rejectUnauthorized === false ? 'request' : 'require' } : {}),
      ...(options.honorCipherOrder === false ? { serverPreference: false } : {}),
      ...(authorities.length === 0 ? {} : { certificateAuthorities: authorities }),
      ...serverSessions(options, context),
    },
    SNICallback,
    ALPNCallback,
    pskCallback,
    singleUse: options.singleUse ?? new SingleUseMemory(),
  };
}

/** What a server does about sessions; nothing where they end at once. */
function serverSessions(options: TLSSocketOptions, context: SecureContext): Pick<ServerConfig, 'sessions'> {
  const { sessionTimeout = context.sessionTimeout, sessionTickets: count, maxEarlyData: max } = options;
  const lifetime = context.sessionTimeout === 0 ? 0 : sessionTimeout;
  if (lifetime === 0) return {};
  return {
    sessions: {
      now: Date.now,
      tickets: context.tickets,
      lifetime,
      context: Buffer.from(options.sessionIdContext ?? context.sessionIdContext),
      ...(count === undefined ? {} : { count }),
      ...(max ? { earlyData: { max } } : {}),
    },
  };
}

function common(options: TLSSocketOptions, context: SecureContext, handshakeTimeout: number): CommonSettings {
  checkKinds(options, 'number', 'handshakeTimeout', 'minDHSize');
  checkKinds(options, 'string', 'servername', 'pskIdentityHint');
  checkKinds(options, 'function', 'pskCallback', 'checkServerIdentity');
  return {
    context,
    rejectUnauthorized: options.rejectUnauthorized !== false,
    handshakeTimeout: options.handshakeTimeout ?? handshakeTimeout,
    endOnTruncation: options.truncation === 'end',
  };
}

function contextOf(options: TLSSocketOptions): SecureContext {
  const context = options.secureContext;
  if (context === undefined) return new SecureContext(options);
  if (context instanceof SecureContext) return context;
  throw argumentError('ERR_INVALID_ARG_TYPE', 'secureContext: not made by createSecureContext of hellofin');
}

/** Names with other letters than ASCII's go out as A-labels (RFC 5890). */
function toAscii(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the ASCII range
  return /^[\x00-\x7f]*$/.test(name) ? name : domainToASCII(name);
}
