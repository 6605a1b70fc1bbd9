import { addAbortSignal, type Duplex } from 'node:stream';
import { type Request, TlsConnection, type TlsError } from '../tls/index.ts';
import { chooseContext, clientCredential, credentialFor, judge, peerKey } from './answers.ts';
import { batches } from './batches.ts';
import { argumentError, codedError, disconnectedError } from './error.ts';
import { withKeyLog } from './key-log.ts';
import { LayeredSocket } from './layered-socket.ts';
import { linger } from './linger.ts';
import type { SecureContext } from './secure-context.ts';
import { type Settings, settingsOf, type TLSSocketOptions } from './settings.ts';

type Done = (error?: Error | null) => void;
type ClientHello = Extract<Request, { readonly name: 'client_hello' }>;

const NOTHING = Buffer.alloc(0);

/**
 * A stream that drives a TlsConnection: bytes of the transport go in, its output goes out, its questions are answered
 * from the settings, its failures become the stream's. What only reports on the connection is in {@link TLSSocket}.
 */
export abstract class EngineSocket extends LayeredSocket {
  /** The server that this connection came to. */
  readonly server: TLSSocketOptions['server'];
  /** Whether the peer's chain was found acceptable. */
  authorized = false;
  /** The code of what is wrong with the peer's chain, where the connection goes on all the same. */
  authorizationError: string | null = null;
  /** The protocol agreed on, false for none, null before the handshake is done. */
  alpnProtocol: string | false | null = null;
  /** The name that the client asked for, false for none, null before the handshake is done. */
  servername: string | false | null = null;
  /** Whether the handshake is not done yet. */
  secureConnecting = true;
  /** Whether the transport ended without a close_notify: data may be missing (RFC 8446 section 6.1). Ours. */
  truncated = false;
  protected readonly settings: Settings;
  protected engine: TlsConnection | undefined;
  /** Largest plaintext to put into one record; 0 leaves it to the engine. */
  protected maxFragment = 0;
  #context: SecureContext;
  #timer: NodeJS.Timeout | undefined;
  /** Why this side refused, where the engine knows only that it did. */
  #reason: Error | undefined;
  /** What was written before the handshake was done. */
  #waiting: { readonly chunks: readonly Buffer[]; readonly done: Done } | undefined;
  #final: Done | undefined;
  #asking = false;
  #paused = false;
  #readEnded = false;
  #lingers = false;
  #transportGone: boolean;
  #failed = false;

  /** @param settings made of `options` unless given: a server makes them once. */
  constructor(transport: Duplex, options: TLSSocketOptions = {}, settings: Settings = settingsOf(options)) {
    if (transport.readableEncoding !== null || transport.readableObjectMode) {
      throw argumentError(
        'ERR_INVALID_ARG_VALUE',
        'the transport gives no bytes: it decodes them to text, or has objects',
      );
    }
    super(transport, { allowHalfOpen: options.allowHalfOpen ?? false });
    this.settings = settings;
    this.server = options.server;
    this.#context = settings.context;
    this.#transportGone = transport.destroyed;
    transport.on('error', (error) => this.#fail(error));
    transport.on('close', () => this.#transportClosed());
    const { handshakeTimeout } = settings;
    if (handshakeTimeout > 0) this.#timer = setTimeout(() => this.#handshakeTimedOut(), handshakeTimeout);
    if (this.connecting) transport.once('connect', () => this.#start());
    else process.nextTick(() => this.#start());
    if (options.signal !== undefined) addAbortSignal(options.signal, this);
  }

  override _read(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (!this.#asking) this.transport.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#send([chunk], done);
  }

  override _writev(items: readonly { readonly chunk: Buffer }[], done: Done): void {
    const chunks = items.map(({ chunk }) => chunk);
    this.#send(chunks, done);
  }

  override _final(done: Done): void {
    if (this.secureConnecting) this.#final = done;
    else this.#close(done);
  }

  override _destroy(error: Error | null, done: Done): void {
    clearTimeout(this.#timer);
    this.stopTimeout();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.done(error ?? codedError('ERR_STREAM_DESTROYED', 'Cannot call write after a stream was destroyed'));
    if (!this.#lingers) this.transport.destroy();
    this.#failed = error !== null;
    done(error);
    // 'close' comes behind the 'error' that `done` has scheduled, and with a net.Socket's own.
    const alone = this.#lingers || this.#transportGone || this.net === undefined;
    if (alone) process.nextTick(() => this.emit('close', this.#failed));
  }

  #start(): void {
    if (this.destroyed) return;
    const { transport, settings } = this;
    if (this.#transportGone) {
      this.#fail(disconnectedError(settings.role === 'server', undefined));
      return;
    }
    try {
      if (settings.role === 'server')
        this.engine = TlsConnection.server(withKeyLog(settings.config, this, this.server));
      else this.engine = TlsConnection.client(withKeyLog(settings.config, this, this.server));
    } catch (error) {
      this.#fail(error as TlsError);
      return;
    }
    transport.on('data', (chunk: Buffer) => this.#receive(chunk));
    transport.on('end', () => this.#receiveEnd());
    this.#pump(this.engine);
  }

  #receive(chunk: Buffer): void {
    const { engine } = this;
    if (engine === undefined || this.#readEnded || this.destroyed) return;
    this.touch();
    engine.receive(chunk);
    this.#pump(engine);
  }

  #receiveEnd(): void {
    const { engine } = this;
    if (engine === undefined || this.#readEnded || this.destroyed) return;
    engine.receiveEnd();
    this.#pump(engine);
  }

  /** Does everything that a call into the engine may have made due. */
  #pump(engine: TlsConnection): void {
    this.#answerAll(engine);
    if (this.secureConnecting && engine.handshakeComplete && engine.error === undefined) this.#open(engine);
    else this.#flush(engine);
    if (this.destroyed) return;
    this.#deliver(engine);
    if (this.destroyed || this.#readEnded) return;
    if (engine.error !== undefined) this.#engineFailed(engine.error);
    else if (engine.readClosed) this.#endReading();
  }

  #answerAll(engine: TlsConnection): void {
    for (let request = engine.request; request !== undefined && !this.#asking; request = engine.request) {
      if (request.name === 'peer_key') engine.answer(request, peerKey(request.question.leaf));
      else if (request.name === 'verdict') this.#judge(engine, request);
      else if (request.name === 'client_hello') this.#chooseCredential(engine, request);
      else if (request.name === 'client_certificate') {
        engine.answer(request, clientCredential(request.question, this.#context.credentials));
      } else engine.answer(request, null); // `sign`: credentials of the Node face hold their keys
    }
  }

  #judge(engine: TlsConnection, request: Extract<Request, { readonly name: 'verdict' }>): void {
    const refusal = judge(this.settings, this.#context, request.question.chain);
    this.authorized = refusal === undefined;
    this.authorizationError = refusal?.code ?? null;
    if (refusal === undefined || !this.settings.rejectUnauthorized) {
      engine.answer(request, { accepted: true });
    } else {
      this.#reason = refusal;
      engine.answer(request, { accepted: false, alert: refusal.alert, reason: refusal.message });
    }
  }

  #chooseCredential(engine: TlsConnection, request: ClientHello): void {
    let isAsking = true;
    this.#asking = true;
    chooseContext(this.settings, request.question.serverName, (chosen) => {
      if (!this.#asking || this.destroyed) return;
      this.#asking = false;
      if (chosen instanceof Error) {
        this.#reason = chosen;
        engine.abort('internal_error', chosen.message);
      } else {
        this.#context = chosen ?? this.#context;
        engine.answer(request, credentialFor(request.question, this.#context.credentials));
      }
      if (isAsking) return;
      if (!this.#paused) this.transport.resume();
      this.#pump(engine);
    });
    isAsking = false;
    // Input waits below until the answer is there.
    if (this.#asking) this.transport.pause();
  }

  /** The handshake is done: the last flight and what the listeners write at once leave together. */
  #open(engine: TlsConnection): void {
    const { info } = engine;
    clearTimeout(this.#timer);
    this.secureConnecting = false;
    this.alpnProtocol = info.alpn ?? false;
    this.servername = info.serverName ?? false;
    const { role, config } = this.settings;
    if (role === 'server' && config.clientCertificate !== undefined && !info.peerCertificates?.length) {
      this.authorizationError = 'UNABLE_TO_GET_ISSUER_CERT'; // what node:tls has for no certificate at all
    }
    this.transport.cork();
    try {
      this.#flush(engine);
      const staple = role === 'client' ? info.peerCertificates?.[0]?.ocspResponse : undefined;
      if (staple !== undefined) this.emit('OCSPResponse', Buffer.from(staple));
      this.emit('secure');
      if (role === 'client' && !this.destroyed) this.emit('secureConnect');
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting !== undefined) this.#send(waiting.chunks, waiting.done);
      else if (this.#final !== undefined) this.#close(this.#final);
    } finally {
      this.transport.uncork();
    }
  }

  #deliver(engine: TlsConnection): void {
    let isWanted = true;
    for (const data of engine.takeData()) {
      isWanted = this.push(data);
      if (this.destroyed) return;
    }
    if (isWanted || this.#paused) return;
    this.#paused = true;
    this.transport.pause();
  }

  #send(chunks: readonly Buffer[], done: Done): void {
    const { engine } = this;
    if (engine === undefined || this.secureConnecting) this.#waiting = { chunks, done };
    else this.#sendPieces(engine, batches(chunks), 0, done);
  }

  #sendPieces(engine: TlsConnection, pieces: readonly Buffer[], index: number, done: Done): void {
    const piece = pieces[index] ?? NOTHING;
    this.touch();
    try {
      const step = this.maxFragment || piece.length;
      for (let at = 0; at < piece.length; at += step) engine.write(piece.subarray(at, at + step));
    } catch (error) {
      done(error as TlsError);
      return;
    }
    const next = index + 1;
    if (next >= pieces.length) this.#flush(engine, done);
    else this.#flush(engine, (error) => (error ? done(error) : this.#sendPieces(engine, pieces, next, done)));
  }

  /** One write of everything the engine has to say. `done` is called once the transport has taken it. */
  #flush(engine: TlsConnection, done?: Done): void {
    const { transport } = this;
    const output = engine.takeOutput();
    const last = output.length - 1;
    if (last < 0) done?.();
    else if (!transport.writable) done?.(codedError('EPIPE', 'the transport has ended'));
    else {
      transport.cork();
      for (let i = 0; i < last; i++) transport.write(output[i]);
      transport.write(output[last], done);
      transport.uncork();
    }
  }

  /** Says that no more will be written: close_notify, then the end of the transport (RFC 8446 section 6.1). */
  #close(done: Done): void {
    const { transport, engine } = this;
    if (engine !== undefined) {
      engine.close();
      this.#flush(engine);
    }
    if (transport.writable) transport.end(() => done());
    else done();
  }

  #endReading(): void {
    this.#readEnded = true;
    this.push(null);
    // What may follow a close_notify is dropped, but the end of the transport has to be seen.
    this.transport.resume();
  }

  #engineFailed(error: TlsError): void {
    if (error.code === 'CONNECTION_TRUNCATED') {
      this.#cutOff(error);
      return;
    }
    if (error.alert !== null) {
      this.#lingers = true;
      linger(this.transport);
    }
    const reason = this.#reason;
    if (reason !== undefined && reason.cause === undefined) reason.cause = error;
    this.#fail(reason ?? error);
  }

  /** No close_notify: never a silent end, and never at the expense of the data that did come. */
  #cutOff(error: TlsError): void {
    this.truncated = true;
    if (this.secureConnecting) this.#fail(disconnectedError(this.settings.role === 'server', error));
    else if (this.settings.endOnTruncation) this.#endReading();
    else if (this.readableLength === 0) this.#fail(error);
    else {
      this.#readEnded = true;
      this.read = (size) => {
        const chunk = super.read(size);
        if (this.readableLength === 0) process.nextTick(() => this.#fail(error));
        return chunk;
      };
    }
  }

  #handshakeTimedOut(): void {
    this.#fail(codedError('ERR_TLS_HANDSHAKE_TIMEOUT', 'TLS handshake timeout'));
  }

  #transportClosed(): void {
    this.#transportGone = true;
    if (this.destroyed) {
      if (!this.#lingers && this.net !== undefined) this.emit('close', this.#failed);
      return;
    }
    if (this.engine === undefined) this.#fail(disconnectedError(this.settings.role === 'server', undefined));
    else this.#receiveEnd();
    // The peer was done before, and nothing can be written any more.
    if (!this.destroyed && !this.truncated) this.end();
  }

  #fail(error: Error): void {
    if (this.destroyed) return;
    const { server } = this;
    if (server === undefined || !this.secureConnecting) {
      this.destroy(error);
      return;
    }
    // Nobody has this socket yet who could listen to its 'error'.
    server.emit('tlsClientError', error, this);
    this.destroy();
  }
}
