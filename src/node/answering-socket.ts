import type { Duplex } from 'node:stream';
import {
  type ClientConfig,
  type CommonConfig,
  type Credential,
  type Request,
  type ServerConfig,
  TlsConnection,
} from '../tls/index.ts';
import { asError, chooseContext, clientCredentials, peerKey, type Refusal, refusalOf } from './answers.ts';
import { chosenProtocol, knownPsk, offeredPsk, type PskOffer } from './callbacks.ts';
import { EngineSocket } from './engine-socket.ts';
import { codedError } from './error.ts';
import { HandshakeTrace } from './handshake-trace.ts';
import { withKeyLog } from './key-log.ts';
import type { SecureContext } from './secure-context.ts';
import { exportSession, importSession, type Resumable } from './sessions.ts';
import type { Settings, TLSSocketOptions } from './settings.ts';

type RequestOf<N extends Request['name']> = Extract<Request, { readonly name: N }>;

/** Answers the engine's questions from the settings, from listeners and from the sessions that it is given. */
export abstract class AnsweringSocket extends EngineSocket {
  /** Whether the peer's chain was found acceptable. */
  authorized = false;
  /** The code of what is wrong with the peer's chain, where the connection goes on all the same. */
  authorizationError: string | null = null;
  /** Bytes at the begin of what is read that came as 0-RTT data: they may have been sent before (RFC 8446 section 8). Ours. */
  earlyBytes = 0;
  /** The session to resume. */
  protected offered: Uint8Array | undefined;
  /** What setServername said. */
  protected otherName: string | undefined;
  /** What enableTrace began. */
  protected handshakeTrace: HandshakeTrace | undefined;
  /** What setKeyCert said. */
  protected keyCert: SecureContext | undefined;
  /** The latest session that the server gave. */
  protected session: Buffer | undefined;
  readonly #earlyData: Uint8Array | undefined;
  #context: SecureContext;
  #resumable: Resumable | undefined;

  /** Parameters as {@link EngineSocket} takes them. */
  constructor(transport?: Duplex | null, options: TLSSocketOptions = {}, settings?: Settings) {
    super(transport, options, settings);
    this.#context = this.settings.context;
    this.offered = options.session ?? undefined; // node:tls takes null for none
    this.#earlyData = options.earlyData;
    if (options.enableTrace) this.enableTrace();
  }

  /** Throws once the handshake has begun: what is set now would come too late. */
  protected requireBefore(): void {
    if (this.engine === undefined) return;
    throw codedError('ERR_TLS_INVALID_STATE', 'the handshake has begun');
  }

  /** Prints the handshake, message by message, to standard error when it is done or has failed. Before it begins. */
  enableTrace(): void {
    const trace = new HandshakeTrace();
    this.handshakeTrace = trace;
    this.once('close', () => trace.print());
  }

  protected override makeEngine(): TlsConnection {
    const { settings } = this;
    if (settings.role === 'server') return TlsConnection.server(this.#heard(this.#serverConfig(settings.config)));
    this.#resumable = importSession(settings, this.#context, this.offered);
    const named = this.#named(settings.config);
    const { sessions } = named;
    const config =
      this.#resumable === undefined || sessions === undefined
        ? named
        : {
            ...named,
            sessions: {
              ...sessions,
              resume: this.#resumable.session,
              ...(this.#earlyData === undefined ? {} : { earlyData: this.#earlyData }),
            },
          };
    return TlsConnection.client(this.#heard(config));
  }

  /** With everybody who listens. */
  #heard<C extends CommonConfig>(config: C): C {
    return withKeyLog(this.handshakeTrace?.listening(config) ?? config, this, this.server);
  }

  /** With the name of setServername, and the key of pskCallback. */
  #named(config: ClientConfig): ClientConfig {
    const ask = this.settings.pskCallback as ((hint: null) => PskOffer | null) | undefined;
    const psk = ask && offeredPsk(ask(null));
    return {
      ...config,
      ...(this.otherName === undefined ? {} : { serverName: this.otherName }),
      ...(psk === undefined ? {} : { psks: [psk] }),
    };
  }

  /** Sessions are kept by whoever listens for them, as with node:tls. */
  #serverConfig(config: ServerConfig): ServerConfig {
    const { server } = this;
    const listeners = (server?.listenerCount('newSession') ?? 0) + (server?.listenerCount('resumeSession') ?? 0);
    const credentials =
      config.credentials === 'ask' ? 'ask' : config.credentials.map((own) => this.#asksForStaple(own));
    if (config.sessions === undefined || listeners === 0) return { ...config, credentials };
    return { ...config, credentials, sessions: { ...config.sessions, tickets: 'ask' } };
  }

  protected override answer(engine: TlsConnection, request: Request): void {
    if (request.name === 'peer_key') engine.answer(request, peerKey(request.question.leaf));
    else if (request.name === 'verdict') this.#judge(engine, request);
    else if (request.name === 'client_hello') this.#chooseCredential(engine, request);
    else if (request.name === 'client_certificate') {
      engine.answer(request, clientCredentials(request.question, this.#context.credentials));
    } else if (request.name === 'find_session') this.#findSession(engine, request);
    else if (request.name === 'store_session') this.#storeSession(engine, request);
    else if (request.name === 'staple') this.#findStaple(engine, request);
    else if (request.name === 'early_data') this.#useOnce(engine, request);
    else if (request.name === 'psk') this.#findPsk(engine, request);
    else engine.answer(request, null); // `sign`: credentials of the Node face hold their keys
  }

  #judge(engine: TlsConnection, request: RequestOf<'verdict'>): void {
    const { chain } = request.question;
    const isJudged = this.#resumable !== undefined && this.#resumable.session.peerCertificates === chain;
    const refusal: Refusal | undefined = isJudged
      ? this.#resumable?.refusal
      : refusalOf(this.settings, this.#context, chain);
    this.authorized = refusal === undefined;
    this.authorizationError = refusal?.code ?? null;
    if (refusal === undefined || !this.settings.rejectUnauthorized) {
      engine.answer(request, { accepted: true });
      return;
    }
    // A server that refuses the chain of a session asks for a certificate anew.
    if (!request.question.resumed) this.reason = refusal;
    engine.answer(request, { accepted: false, alert: refusal.alert, reason: refusal.message });
  }

  #chooseCredential(engine: TlsConnection, request: RequestOf<'client_hello'>): void {
    this.askOthers<SecureContext | Error | undefined>(
      (answer) => chooseContext(this, this.settings, request.question.serverName, answer),
      (chosen) => {
        if (chosen instanceof Error) {
          this.reason = chosen;
          engine.abort('internal_error', chosen.message);
        } else {
          this.#context = chosen ?? this.#context;
          this.#chooseProtocol(engine, request);
        }
      },
    );
  }

  /** By ALPNCallback, where the client offers any. It may set another certificate. */
  #chooseProtocol(engine: TlsConnection, request: RequestOf<'client_hello'>): void {
    const { serverName, alpn } = request.question;
    const ask = this.settings.role === 'server' ? this.settings.ALPNCallback : undefined;
    const chosen =
      ask === undefined || alpn.length === 0
        ? undefined
        : this.#attempt(() => chosenProtocol(this, ask, serverName, alpn));
    if (chosen instanceof Error) {
      this.reason = chosen;
      engine.abort('no_application_protocol', chosen.message);
      return;
    }
    const credentials = (this.keyCert ?? this.#context).credentials.map((own) => this.#asksForStaple(own));
    engine.answer(request, { credentials, ...(chosen === undefined ? {} : { alpn: [chosen] }) });
  }

  /** A callback that throws has decided nothing. */
  #attempt<T>(ask: () => T): T | Error {
    try {
      return ask();
    } catch (error) {
      return asError(error);
    }
  }

  #findPsk(engine: TlsConnection, request: RequestOf<'psk'>): void {
    const { identity, hash } = request.question;
    const ask = this.settings.pskCallback as ((socket: this, identity: string) => unknown) | undefined;
    // Without a hash told beside it, a key is for SHA-256 (RFC 8446 section 4.2.11).
    const isAsked = ask !== undefined && hash === 'sha256';
    const found = isAsked ? this.#attempt(() => knownPsk(identity, ask(this, Buffer.from(identity).toString()))) : null;
    if (found instanceof Error) {
      this.reason = found;
      engine.abort('internal_error', found.message);
    } else engine.answer(request, found);
  }

  #findSession(engine: TlsConnection, request: RequestOf<'find_session'>): void {
    this.#askServer(engine, 'resumeSession', [Buffer.from(request.question.id)], (state) => {
      engine.answer(request, state);
    });
  }

  /** node:tls has the issuer as `null` where it does not know it. */
  #findStaple(engine: TlsConnection, request: RequestOf<'staple'>): void {
    const [leaf, issuer] = request.question.credential.chain.map((der) => Buffer.from(der));
    this.#askServer(engine, 'OCSPRequest', [leaf, issuer ?? null], (response) => engine.answer(request, response));
  }

  /** Asks a listener of the server's for bytes, or `null` for none. An error of its ends the connection. */
  #askServer(
    engine: TlsConnection,
    event: string,
    question: readonly unknown[],
    then: (found: Uint8Array | null) => void,
  ): void {
    const { server } = this;
    this.askOthers<Uint8Array | Error | null>(
      (answer) => {
        const done = (error: Error | null, found?: Uint8Array | null) => answer(error ?? found ?? null);
        if (!server?.emit(event, ...question, done)) answer(null);
      },
      (found) => {
        if (found instanceof Error) {
          this.reason = found;
          engine.abort('internal_error', found.message);
        } else then(found);
      },
    );
  }

  /** Whoever listens for it is asked for the staple of each connection, as with node:tls. */
  #asksForStaple(credential: Credential): Credential {
    const isHeard = (this.server?.listenerCount('OCSPRequest') ?? 0) > 0;
    return isHeard ? { ...credential, ocspResponse: 'ask' } : credential;
  }

  #storeSession(engine: TlsConnection, request: RequestOf<'store_session'>): void {
    const { id, state } = request.question;
    this.askOthers<boolean>(
      (answer) => {
        const isHeard = this.server?.emit('newSession', Buffer.from(id), Buffer.from(state), () => answer(true));
        if (!isHeard) answer(false);
      },
      (isStored) => engine.answer(request, isStored),
    );
  }

  #useOnce(engine: TlsConnection, request: RequestOf<'early_data'>): void {
    const { settings } = this;
    const { id, issued, until } = request.question;
    this.askOthers<boolean>(
      (answer) => {
        const use = async () => settings.role === 'server' && settings.singleUse.use(id, issued, until);
        // What can not be told to be new is taken for old.
        use().then(answer, () => answer(false));
      },
      (isFirst) => engine.answer(request, isFirst),
    );
  }

  /** The chain of a server's first credential: what it would show. */
  protected get configuredChain(): readonly Uint8Array[] {
    return (this.settings.role === 'server' && this.#context.credentials[0]?.chain) || [];
  }

  protected override opened(engine: TlsConnection): void {
    const { role, config } = this.settings;
    this.handshakeTrace?.print();
    // Whoever has the key is who is meant.
    if (engine.info.pskIdentity !== undefined) this.authorized = true;
    else if (role === 'server' && config.clientCertificate !== undefined && !engine.info.peerCertificates?.length) {
      this.authorizationError = 'UNABLE_TO_GET_ISSUER_CERT'; // what node:tls has for no certificate at all
    }
  }

  /** Before the handshake is done it is for those who want it early; the others read it when nobody can repeat it. */
  protected override takeEarly(engine: TlsConnection): readonly Uint8Array[] {
    const { server } = this;
    const isWanted = this.secureConnecting && server !== undefined && server.listenerCount('earlyData') > 0;
    if (this.secureConnecting && !isWanted) return [];
    const early = engine.takeEarlyData();
    if (!isWanted) {
      for (const { length } of early) this.earlyBytes += length;
      return early;
    }
    for (const data of early) server.emit('earlyData', Buffer.from(data), this);
    return [];
  }

  protected override takeMore(engine: TlsConnection): void {
    if (this.listenerCount('session') > 0) this.#takeSessions(engine, true);
  }

  /** The latest session. @param engine where it may wait, if there is one. */
  protected latestSession(engine: TlsConnection | undefined): Buffer | undefined {
    if (engine !== undefined) this.#takeSessions(engine, false);
    return this.session;
  }

  #takeSessions(engine: TlsConnection, emit: boolean): void {
    for (const session of engine.takeSessions()) {
      this.session = exportSession(session);
      if (emit && !this.destroyed) this.emit('session', this.session);
    }
  }
}
