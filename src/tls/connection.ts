/**
 * A TLS connection without a transport: bytes and answers go in; bytes, application data and requests come out.
 * It does no I/O, has no clock and starts nothing by itself. Start at {@link TlsConnection}.
 */
import { EMPTY } from '../bytes/index.ts';
import { ALERT_LEVELS, alertReceived, decodeAlert } from './alert.ts';
import type { ClientConfig, CommonConfig, ServerConfig } from './config.ts';
import type { HandshakeContext, HandshakeLayer } from './context.ts';
import { TlsError } from './error.ts';
import type { Role, Trace } from './events.ts';
import { asTlsError, localFailure } from './failure.ts';
import type { Handshake } from './handshake.ts';
import { firstOffer } from './hello/offer.ts';
import type { ConnectionInfo } from './info.ts';
import { serverSetup } from './negotiate/server-setup.ts';
import type { Settings } from './negotiate/settings.ts';
import { CONTENT_TYPES } from './record/content-type.ts';
import { MAX_BUFFERED_INPUT, MAX_WARNING_ALERTS } from './record/limits.ts';
import { type Content, RecordReadSide } from './record/read-side.ts';
import { interleaved, tooMany, truncated, unexpected } from './record/refusals.ts';
import { RecordWriteSide } from './record/write-side.ts';
import { RecordLayer } from './record-layer.ts';
import { ALERTS, type AlertName, alertName, type FatalAlertName } from './registry/alerts.ts';
import type { AnswerTo, Request } from './requests.ts';
import { clientHandshake, serverHandshake } from './roles.ts';
import type { Session } from './session/session.ts';
import { sendKeyUpdate } from './tls13/key-update.ts';

/**
 * One connection of TLS 1.3 or 1.2, either role. Nothing a peer does makes a method throw: the failure stands in
 * {@link error}, the alert for the peer in the output, and from then on nothing is processed or sent.
 *
 * After every call the driver writes {@link takeOutput}, delivers {@link takeData}, answers {@link request} (now or
 * later) and looks at {@link error} and {@link readClosed}.
 */
export class TlsConnection {
  readonly role: Role;
  readonly #handshake: Handshake<HandshakeContext>;
  readonly #reads: RecordReadSide;
  readonly #writes: RecordWriteSide;
  readonly #trace: Trace | undefined;
  #data: Uint8Array[] = [];
  #earlyData: Uint8Array[] = [];
  #ended = false;
  #readClosed = false;
  #writeClosed = false;
  #warnings = 0;
  #error: TlsError | undefined;

  /** A client; its ClientHello is in the output at once. @throws TlsError BAD_CONFIGURATION */
  static client(config: ClientConfig): TlsConnection {
    const offer = firstOffer(config);
    const client = new TlsConnection('client', config, offer.settings, (layer) => clientHandshake(offer, layer));
    if (offer.earlyData) client.#writeEarlyData(config.sessions?.earlyData ?? EMPTY);
    return client;
  }

  /** A server; it waits for a ClientHello. @throws TlsError BAD_CONFIGURATION */
  static server(config: ServerConfig): TlsConnection {
    const setup = serverSetup(config);
    return new TlsConnection('server', config, setup.settings, (layer) => serverHandshake(setup, layer));
  }

  private constructor(
    role: Role,
    config: CommonConfig,
    { crypto, allocate }: Settings,
    begin: (layer: HandshakeLayer) => Handshake<HandshakeContext>,
  ) {
    this.role = role;
    this.#trace = config.trace;
    this.#reads = new RecordReadSide(crypto, allocate, config.trace);
    this.#writes = new RecordWriteSide(crypto, allocate, config.padTo ?? 0, config.trace, config.maxFragment);
    const keyUpdateAfter = config.keyUpdateAfter ?? Number.POSITIVE_INFINITY;
    const layer = new RecordLayer(this.#reads, this.#writes, keyUpdateAfter, {
      bufferEmpty: () => this.#handshake.bufferEmpty,
      warn: (name) => this.#sendAlert(ALERT_LEVELS.warning, name),
    });
    this.#handshake = begin(layer);
  }

  /** What the handshake has negotiated so far. */
  get info(): Readonly<ConnectionInfo> {
    return this.#handshake.context.info;
  }

  /** The failure that ended the connection. */
  get error(): TlsError | undefined {
    return this.#error;
  }

  /** A question that has to be answered before anything more is processed. */
  get request(): Request | undefined {
    return this.#error === undefined ? this.#handshake.request : undefined;
  }

  /** Whether the peer is authenticated and its Finished was checked, and ours was sent. */
  get handshakeComplete(): boolean {
    return this.#handshake.connected;
  }

  /**
   * Whether {@link write} takes application data: after the handshake, and on a server that took 0-RTT data already
   * before the client's Finished (RFC 8446 section 2.3).
   */
  get writable(): boolean {
    const isOpen = this.handshakeComplete || this.#handshake.context.mayAnswerEarly;
    return isOpen && !this.#writeClosed && this.#error === undefined;
  }

  /** No more application data will come: the peer sent close_notify, or the connection failed. */
  get readClosed(): boolean {
    return this.#readClosed || this.#error !== undefined;
  }

  /** This side sent close_notify, or the connection failed. */
  get writeClosed(): boolean {
    return this.#writeClosed || this.#error !== undefined;
  }

  /** Bytes received that are not processed yet. */
  get bufferedInput(): number {
    return this.#reads.buffered;
  }

  /** Takes in bytes from the transport. They belong to the connection from now on: do not overwrite them. */
  receive(bytes: Uint8Array): void {
    if (this.readClosed || this.#ended) return;
    this.#guard(() => {
      if (this.request !== undefined && this.#reads.buffered + bytes.length > MAX_BUFFERED_INPUT) {
        throw localFailure(
          'LIMIT_EXCEEDED',
          'internal_error',
          `more than ${MAX_BUFFERED_INPUT} bytes while a request waits`,
        );
      }
      this.#reads.push(bytes);
      this.#process();
    });
  }

  /** The transport ended. Without a close_notify before, that is truncation (RFC 8446 section 6.1). */
  receiveEnd(): void {
    if (this.readClosed || this.#ended) return;
    this.#ended = true;
    this.#guard(() => this.#process());
  }

  /** Answers {@link request} and goes on. @throws Error when `request` is not the one that waits */
  answer<R extends Request>(request: R, value: AnswerTo<R>): void {
    if (this.#error !== undefined) return;
    this.#handshake.requirePending(request);
    this.#guard(() => {
      this.#handshake.answer(request, value);
      this.#process();
    });
  }

  /** Sends application data. @throws TlsError CONNECTION_CLOSED unless {@link writable} */
  write(data: Uint8Array): void {
    if (!this.writable)
      throw this.#error ?? localFailure('CONNECTION_CLOSED', null, 'the connection does not take data');
    this.#guarded(() => this.#writeData(data));
    // A listener may have ended it: the caller has to know that not all of it went out.
    if (!this.writable) throw this.#error ?? localFailure('CONNECTION_CLOSED', null, 'closed while data was written');
  }

  #writeData(data: Uint8Array): void {
    for (let at = 0; at < data.length && this.writable; ) {
      // The peer asked, or the key has protected as much as it may (RFC 8446 sections 4.6.3 and 5.5).
      if (this.#handshake.context.keyUpdateOwed || this.#writes.keyExhausted) this.#renewKeys(false);
      at += this.#writes.writeApplicationData(data, at);
    }
  }

  /**
   * Sends close_notify: this side has no more to say and still listens (RFC 8446 section 6.1). During the handshake
   * that cancels it, and the connection is over.
   */
  close(): void {
    if (this.writeClosed) return;
    this.#guarded(() => {
      if (!this.handshakeComplete) this.#sendAlert(ALERT_LEVELS.warning, 'user_canceled');
      this.#sendAlert(ALERT_LEVELS.warning, 'close_notify');
      this.#writeClosed = true;
      if (!this.handshakeComplete) this.#fail(localFailure('CONNECTION_CLOSED', null, 'closed during the handshake'));
    });
  }

  /** Ends the connection with a fatal alert, by a decision of this side. */
  abort(alert: FatalAlertName, reason: string): void {
    this.#fail(localFailure('CONNECTION_CLOSED', alert, reason));
  }

  /**
   * Changes this side's keys and, if asked, the peer's (RFC 8446 section 4.6.3). TLS 1.2 has no such thing.
   * @throws TlsError CONNECTION_CLOSED
   */
  updateKeys(requestPeer = false): void {
    if (!this.writable || this.info.version === 'TLS 1.2') {
      throw this.#error ?? localFailure('CONNECTION_CLOSED', null, 'there are no keys to update');
    }
    this.#guarded(() => this.#renewKeys(requestPeer));
  }

  #renewKeys(requestPeer: boolean): void {
    if (this.info.version === 'TLS 1.3') sendKeyUpdate(this.#handshake.context, requestPeer);
    else
      throw localFailure(
        'LIMIT_EXCEEDED',
        'internal_error',
        'the key has protected as much as it may, and TLS 1.2 has no other',
      );
  }

  /**
   * Keying material for the application (RFC 8446 section 7.5, RFC 5705), `length` bytes.
   * @throws TlsError CONNECTION_CLOSED before the handshake is complete, or a server that took 0-RTT data may answer, and in TLS 1.2 where the peer does not bind the
   * master secret to the handshake (RFC 7627 section 5.4)
   */
  exportKeyingMaterial(label: string, context: Uint8Array | undefined, length: number): Uint8Array {
    const { exporter, mayAnswerEarly } = this.#handshake.context;
    if (exporter === undefined || !(this.handshakeComplete || mayAnswerEarly)) {
      throw localFailure(
        'CONNECTION_CLOSED',
        null,
        'keying material is exported after a handshake that it is bound to',
      );
    }
    return exporter.export(label, context, length);
  }

  /** Bytes for the transport since the last call, in order. */
  takeOutput(): Uint8Array[] {
    return this.#writes.takeOutput();
  }

  /** Application data since the last call, in order. */
  takeData(): Uint8Array[] {
    const data = this.#data;
    this.#data = [];
    return data;
  }

  /**
   * 0-RTT data since the last call, in order: what a client sent before the handshake was complete. It may have been
   * sent by somebody who recorded it, as often as `early_data` requests were answered with yes (RFC 8446 section 8).
   */
  takeEarlyData(): Uint8Array[] {
    const data = this.#earlyData;
    this.#earlyData = [];
    return data;
  }

  /** Sessions of the tickets that came since the last call, to be offered to this server in later connections. */
  takeSessions(): Session[] {
    return this.#handshake.context.tickets.splice(0).map((session) => session());
  }

  #writeEarlyData(data: Uint8Array): void {
    for (let at = 0; at < data.length && this.#error === undefined; ) at += this.#writes.writeApplicationData(data, at);
  }

  #process(): void {
    for (;;) {
      this.#handshake.process();
      // The error may be there already: a listener can abort.
      if (this.#handshake.request !== undefined || this.readClosed) return;
      const content = this.#reads.next();
      if (content === undefined) break;
      this.#content(content);
    }
    if (this.#ended && !this.readClosed) throw truncated(this.handshakeComplete);
  }

  #content(content: Content): void {
    if (content.type === CONTENT_TYPES.handshake) {
      this.#handshake.receive(content.level, content.bytes);
      return;
    }
    if (content.type === CONTENT_TYPES.alert) {
      this.#alert(content);
      return;
    }
    if (!this.#handshake.bufferEmpty) throw interleaved();
    if (content.level === 'early') this.#receiveEarlyData(content.bytes);
    else if (this.#handshake.connected && content.level === 'application') this.#receiveData(content.bytes);
    else throw unexpected('application data', 'the end of the handshake', '2');
  }

  #receiveData(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const { context } = this.#handshake;
    context.keyUpdates = 0;
    context.ticketsInRow = 0;
    this.#data.push(bytes);
  }

  /** Only a server that agreed to take early data has keys of that level. */
  #receiveEarlyData(bytes: Uint8Array): void {
    const { context } = this.#handshake;
    context.earlyDataLeft -= bytes.length;
    if (context.earlyDataLeft < 0) throw tooMuchEarlyData();
    if (bytes.length > 0) this.#earlyData.push(bytes);
  }

  #alert({ bytes, level }: Content): void {
    const { severity, code } = decodeAlert(bytes);
    const name = alertName(code);
    this.#trace?.({ kind: 'alert', direction: 'received', level, severity, code, ...(name && { name }) });
    // In TLS 1.3 every other alert but user_canceled is fatal, whatever its level says (RFC 8446 section 6.2).
    const isWarning = this.#handshake.context.hasWarnings
      ? severity === ALERT_LEVELS.warning && name !== 'close_notify'
      : name === 'user_canceled';
    if (!isWarning && name !== 'close_notify') throw alertReceived(code);
    if (!this.#handshake.bufferEmpty) throw interleaved();
    if (isWarning) {
      if (++this.#warnings <= MAX_WARNING_ALERTS) return;
      throw tooMany(`more than ${MAX_WARNING_ALERTS} alerts that end nothing`);
    }
    if (!this.handshakeComplete) throw alertReceived(code);
    this.#readClosed = true;
  }

  /** The only place where a failure becomes terminal. */
  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fail(asTlsError(error));
    }
  }

  /** As {@link #guard}, for what the caller asked for: it learns of the failure at once. */
  #guarded(run: () => void): void {
    const before = this.#error;
    this.#guard(run);
    if (this.#error !== before && this.#error?.code === 'INTERNAL') throw this.#error;
  }

  /** Data that was authenticated before the failure stays to be taken. */
  #fail(error: TlsError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    // Nothing answers a fatal alert, what waits to be sent included (RFC 8446 section 6.2).
    if (error.received !== undefined) this.#writes.discard();
    try {
      if (error.alert !== null && !this.#writeClosed) this.#sendAlert(ALERT_LEVELS.fatal, error.alert);
      else this.#writes.flush();
    } catch {
      // A listener that throws can not keep the connection alive, and the first failure is the one to tell.
      this.#writes.discard();
    }
    this.#forget();
  }

  /** Both sides forget the secrets of a failed connection (RFC 8446 section 6.2). */
  #forget(): void {
    this.#reads.forget();
    this.#writes.forget();
    const { context } = this.#handshake;
    context.writeSecret = undefined;
    context.exporter = undefined;
    context.tickets.length = 0;
  }

  #sendAlert(severity: number, name: AlertName): void {
    const code = ALERTS[name];
    const level = this.#writes.level;
    this.#writes.writeAlert(severity, code);
    this.#trace?.({ kind: 'alert', direction: 'sent', level, severity, code, name });
  }
}

function tooMuchEarlyData(): TlsError {
  return new TlsError({
    code: 'LIMIT_EXCEEDED',
    alert: 'unexpected_message',
    fault: 'peer',
    message: 'more early data than the ticket allows',
    spec: 'RFC 8446 section 4.2.10',
  });
}
