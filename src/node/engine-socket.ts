import { Socket } from 'node:net';
import { addAbortSignal, type Duplex } from 'node:stream';
import type { Request, TlsConnection, TlsError } from '../tls/index.ts';
import { batches } from './batches.ts';
import { argumentError, codedError, disconnectedError } from './error.ts';
import { LayeredSocket } from './layered-socket.ts';
import { linger } from './linger.ts';
import { isPlainSocket, writeRecords } from './output.ts';
import { release } from './release.ts';
import { type Settings, settingsOf, type TLSSocketOptions } from './settings.ts';

type Done = (error?: Error | null) => void;

/** What a client was told to connect to. */
interface Target {
  readonly host: string | undefined;
  readonly port: number | string | undefined;
  readonly path: string | null | undefined;
  readonly localAddress: string | undefined;
}

const NOTHING = Buffer.alloc(0);

/**
 * A stream that drives a TlsConnection: bytes of the transport go in, its output goes out, its failures become the
 * stream's. How its questions are answered is in {@link AnsweringSocket}.
 */
export abstract class EngineSocket extends LayeredSocket {
  /** The server that this connection came to. */
  readonly server: TLSSocketOptions['server'];
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
  /** Why this side refused, where the engine knows only that it did. */
  protected reason: Error | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What was written before the handshake was done. */
  #waiting: { readonly chunks: readonly Buffer[]; readonly done: Done } | undefined;
  #final: Done | undefined;
  #asking = false;
  #paused = false;
  #readEnded = false;
  #lingers = false;
  #transportGone: boolean;
  #failed = false;
  readonly #target: Target;

  /**
   * @param given the stream below; without one it is a socket to be connected by `connect`.
   * @param settings made of `options` unless given: a server makes them once.
   */
  constructor(
    given?: Duplex | null,
    options: TLSSocketOptions & Partial<Target> = {},
    settings: Settings = settingsOf(options),
  ) {
    const transport = given ?? new Socket();
    if (transport.readableEncoding !== null || transport.readableObjectMode) {
      throw argumentError(
        'ERR_INVALID_ARG_VALUE',
        'the transport gives no bytes: it decodes them to text, or has objects',
      );
    }
    const { allowHalfOpen = false, highWaterMark } = options;
    super(transport, { allowHalfOpen, ...(highWaterMark === undefined ? {} : { highWaterMark }) });
    this.settings = settings;
    this.server = options.server;
    const { host, port, path, localAddress } = options;
    this.#target = { host, port, path, localAddress };
    this.#transportGone = transport.destroyed;
    transport.on('error', (error) => this.#fail(error));
    transport.on('close', () => this.#transportClosed());
    const { handshakeTimeout } = settings;
    if (handshakeTimeout > 0) this.#timer = setTimeout(() => this.#handshakeTimedOut(), handshakeTimeout);
    const isToBeConnected = this.pending && !transport.destroyed;
    if (isToBeConnected) transport.once('connect', () => this.#start());
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
    if (error === null) this.#sayGoodbye();
    if (!this.#lingers) this.transport.destroy();
    this.#failed = error !== null;
    done(error);
    // 'close' comes behind the 'error' that `done` has scheduled, and with a net.Socket's own.
    const alone = this.#lingers || this.#transportGone || this.net === undefined;
    if (alone) process.nextTick(() => this.emit('close', this.#failed));
  }

  /** The engine of this connection, made when the transport is there. @throws TlsError BAD_CONFIGURATION */
  protected abstract makeEngine(): TlsConnection;

  #start(): void {
    if (this.destroyed) return;
    const { transport } = this;
    if (this.#transportGone) {
      this.#fail(this.#disconnected());
      return;
    }
    try {
      this.engine = this.makeEngine();
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
    // Records of application data are decrypted to other memory; messages in plaintext are views of the chunk.
    const isDone = this.#isAlone && !this.secureConnecting;
    engine.receive(chunk);
    this.#pump(engine);
    if (isDone && engine.request === undefined) release(chunk);
  }

  /** Whether what the transport emits comes to nobody else. */
  get #isAlone(): boolean {
    return isPlainSocket(this.transport) && this.transport.listenerCount('data') === 1;
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
    if (this.destroyed) return;
    this.takeMore(engine);
    if (this.destroyed || this.#readEnded) return;
    if (engine.error !== undefined) this.#engineFailed(engine.error);
    else if (engine.readClosed) this.#endReading();
  }

  #answerAll(engine: TlsConnection): void {
    for (let request = engine.request; request !== undefined && !this.#asking; request = engine.request) {
      this.answer(engine, request);
    }
  }

  /** Answers a request of the engine's, at once or by way of {@link askOthers}. */
  protected abstract answer(engine: TlsConnection, request: Request): void;

  /** Asks somebody who answers once, now or later; input waits below until then. */
  protected askOthers<T>(begin: (answer: (value: T) => void) => void, then: (value: T) => void): void {
    const { engine } = this;
    let isSynchronous = true;
    let isAnswered = false;
    this.#asking = true;
    begin((value) => {
      if (isAnswered || this.destroyed || engine === undefined) return;
      isAnswered = true;
      this.#asking = false;
      then(value);
      if (isSynchronous) return;
      if (!this.#paused) this.transport.resume();
      this.#pump(engine);
    });
    isSynchronous = false;
    if (this.#asking) this.transport.pause();
  }

  /** The handshake is done: the last flight and what the listeners write at once leave together. */
  #open(engine: TlsConnection): void {
    const { info } = engine;
    clearTimeout(this.#timer);
    this.secureConnecting = false;
    this.alpnProtocol = info.alpn ?? false;
    this.servername = info.serverName ?? false;
    this.opened(engine);
    const { role } = this.settings;
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

  /** The handshake is done, and nobody knows yet. */
  protected abstract opened(engine: TlsConnection): void;

  /** Takes what else the engine has for its host. */
  protected abstract takeMore(engine: TlsConnection): void;

  /** 0-RTT data that is to be read as what stands before all other data. */
  protected abstract takeEarly(engine: TlsConnection): readonly Uint8Array[];

  #deliver(engine: TlsConnection): void {
    let isWanted = true;
    const chunks = [...this.takeEarly(engine), ...engine.takeData()];
    // Since Node 26 `read` gives one chunk, and who reads once for each 'readable' would wait for what is there.
    const isJoined = chunks.length > 1 && this.listenerCount('readable') > 0;
    for (const data of isJoined ? [Buffer.concat(chunks)] : chunks) {
      isWanted = this.push(data);
      if (this.destroyed) return;
    }
    if (isWanted || this.#paused) return;
    this.#paused = true;
    this.transport.pause();
  }

  #send(chunks: readonly Buffer[], done: Done): void {
    const { engine } = this;
    // A server that took 0-RTT data may answer it before the handshake is done.
    if (engine === undefined || (this.secureConnecting && !engine.writable)) this.#waiting = { chunks, done };
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
    writeRecords(this.transport, engine.takeOutput(), done);
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

  /** A close_notify, if nothing that was written is lost: the peer would take what it has for everything. */
  #sayGoodbye(): void {
    const { engine, transport } = this;
    if (engine === undefined || this.secureConnecting || this.writableLength > 0 || !transport.writable) return;
    engine.close();
    this.#flush(engine);
    // A listener of 'secure' may be who destroys: the last flight waits for it.
    if (transport.writableCorked > 0) transport.uncork();
  }

  #endReading(): void {
    this.#readEnded = true;
    this.push(null);
    // 'end' is for those too who read nothing, where nothing is left to read.
    this.read(0);
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
    const reason = this.reason;
    if (reason !== undefined && reason.cause === undefined) reason.cause = error;
    this.#fail(reason ?? error);
  }

  /** No close_notify: never a silent end, and never at the expense of the data that did come. */
  #cutOff(error: TlsError): void {
    this.truncated = true;
    if (this.secureConnecting) this.#fail(this.#disconnected(error));
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

  /** With the members that node:tls gives it. */
  #disconnected(cause?: TlsError): Error {
    return Object.assign(disconnectedError(this.settings.role === 'server', cause), this.#target);
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
    if (this.engine === undefined) this.#fail(this.#disconnected());
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
    // Nobody has the socket of a server's yet who could listen to its 'error'.
    const isHeard = this.listenerCount('error') > 0;
    server.emit('tlsClientError', error, this);
    this.destroy(isHeard ? error : undefined);
  }
}
