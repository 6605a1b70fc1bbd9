/**
 * A TLS 1.3 handshake for QUIC (RFC 9001): no records, no application data. Bytes of CRYPTO frames go in and come out
 * tagged with their level, secrets come out when they are to be used. Start at {@link QuicHandshake}.
 */
import { EMPTY } from '../bytes/index.ts';
import { ALERT_LEVELS } from './alert.ts';
import type { ClientConfig, ClientSessions, ServerConfig } from './config.ts';
import type { HandshakeContext, HandshakeLayer } from './context.ts';
import type { TlsError } from './error.ts';
import type { Level, Role, Trace } from './events.ts';
import { asTlsError, localFailure } from './failure.ts';
import type { Handshake } from './handshake.ts';
import { firstOffer } from './hello/offer.ts';
import type { TrafficSecret } from './key-schedule/tls13.ts';
import { serverSetup } from './negotiate/server-setup.ts';
import { MAX_BUFFERED_INPUT } from './record/limits.ts';
import { ALERTS, type FatalAlertName } from './registry/alerts.ts';
import type { Tls13SuiteName } from './registry/cipher-suites.ts';
import type { AnswerTo, Request } from './requests.ts';
import { clientHandshake, serverHandshake } from './roles.ts';
import type { Session } from './session/session.ts';

/** What only records have, TLS 1.2 among it. */
type OfRecords = 'recordSizeLimit' | 'maxFragment' | 'padTo' | 'keyUpdateAfter' | 'versions';

/** What QUIC forbids to clients (RFC 9001 sections 4.4 and 8.4). */
type Forbidden = 'middleboxCompatibility' | 'postHandshakeAuth';

interface OfQuic {
  /** This side's transport parameters, encoded (RFC 9000 section 18). */
  readonly transportParameters: Uint8Array;
  /** At least one protocol: QUIC needs one (RFC 9001 section 8.1). */
  readonly alpn: readonly string[];
}

/** A client's configuration. */
export type QuicClientConfig = Omit<ClientConfig, OfRecords | Forbidden | 'alpn' | 'sessions'> &
  OfQuic & {
    /** As over records, but that 0-RTT is offered or not: its data is QUIC's. */
    readonly sessions?: Omit<ClientSessions, 'earlyData'> & { readonly earlyData?: boolean };
  };

/** A server's configuration. The bytes that `sessions.earlyData` allows are QUIC's to limit. */
export type QuicServerConfig = Omit<ServerConfig, OfRecords | 'alpn'> & OfQuic;

/** What a handshake hands to its QUIC connection, in this order. */
export type QuicOutput =
  /** Bytes for CRYPTO frames of a level. */
  | { readonly kind: 'handshake_data'; readonly level: Level; readonly bytes: Uint8Array }
  /**
   * Keys of a level are made from this secret (RFC 9001 section 5.1). A server may send with its application keys
   * before the client has proved anything, and gets the secret for reading when it has.
   */
  | {
      readonly kind: 'read_secret' | 'write_secret';
      readonly level: Level;
      readonly cipherSuite: Tls13SuiteName;
      readonly secret: Uint8Array;
    };

/** First of the QUIC error codes that stand for alerts (RFC 9001 section 4.8). */
const CRYPTO_ERROR = 0x0100;

/**
 * One handshake over QUIC, either role. As with TlsConnection nothing a peer does makes a method throw; alerts are no
 * bytes here but {@link errorCode}. After every call the driver sends {@link takeOutput}, answers {@link request} and
 * looks at {@link error}. Keys are updated by QUIC itself (RFC 9001 section 6).
 */
export class QuicHandshake {
  readonly role: Role;
  readonly #handshake: Handshake<HandshakeContext>;
  readonly #trace: Trace | undefined;
  #output: QuicOutput[] = [];
  #writeLevel: Level = 'initial';
  #error: TlsError | undefined;

  /** A client; its ClientHello is in the output at once. @throws TlsError BAD_CONFIGURATION */
  static client({ transportParameters, sessions, ...rest }: QuicClientConfig): QuicHandshake {
    // RFC 9001 section 8.4: compatibility mode MUST NOT be used.
    const config = { ...rest, ...clientSessions(sessions), middleboxCompatibility: false, postHandshakeAuth: false };
    const offer = firstOffer(config, transportParameters);
    return new QuicHandshake('client', rest.trace, (layer) => clientHandshake(offer, layer));
  }

  /** A server; it waits for a ClientHello. @throws TlsError BAD_CONFIGURATION */
  static server({ transportParameters, ...config }: QuicServerConfig): QuicHandshake {
    const setup = serverSetup(config, transportParameters);
    return new QuicHandshake('server', config.trace, (layer) => serverHandshake(setup, layer));
  }

  private constructor(
    role: Role,
    trace: Trace | undefined,
    begin: (layer: HandshakeLayer) => Handshake<HandshakeContext>,
  ) {
    this.role = role;
    this.#trace = trace;
    this.#handshake = begin(this.#layer());
  }

  /** What was negotiated so far; the peer's transport parameters are authentic once the handshake is complete. */
  get info(): Readonly<HandshakeContext['info']> {
    return this.#handshake.context.info;
  }

  /** The failure that ended the handshake. */
  get error(): TlsError | undefined {
    return this.#error;
  }

  /** The code to close the QUIC connection with after {@link error} (RFC 9001 section 4.8). */
  get errorCode(): number | undefined {
    return this.#error === undefined ? undefined : CRYPTO_ERROR + ALERTS[this.#error.alert ?? 'internal_error'];
  }

  /** A question that has to be answered before anything more is processed. */
  get request(): Request | undefined {
    return this.#error === undefined ? this.#handshake.request : undefined;
  }

  /** Whether the peer is authenticated and its Finished was checked, and ours was sent (RFC 9001 section 4.1.1). */
  get handshakeComplete(): boolean {
    return this.#handshake.connected && this.#error === undefined;
  }

  /** Takes in the bytes of CRYPTO frames of a level, in order. They belong to the handshake from now on. */
  receive(level: Level, bytes: Uint8Array): void {
    this.#run(() => {
      if (this.request !== undefined && this.#handshake.buffered + bytes.length > MAX_BUFFERED_INPUT) {
        const message = `more than ${MAX_BUFFERED_INPUT} bytes while a request waits`;
        throw localFailure('LIMIT_EXCEEDED', 'internal_error', message);
      }
      this.#handshake.receive(level, bytes);
    });
  }

  /** Answers {@link request} and goes on. @throws Error when `request` is not the one that waits */
  answer<R extends Request>(request: R, value: AnswerTo<R>): void {
    if (this.#error !== undefined) return;
    this.#handshake.requirePending(request);
    this.#run(() => this.#handshake.answer(request, value));
  }

  /** Ends the handshake by a decision of this side. */
  abort(alert: FatalAlertName, reason: string): void {
    this.#fail(localFailure('CONNECTION_CLOSED', alert, reason));
  }

  /** Sessions of the tickets that came since the last call, to be offered to this server in later connections. */
  takeSessions(): Session[] {
    return this.#handshake.context.tickets.splice(0).map((session) => session());
  }

  /** What is to be sent and which keys are to be used since the last call, in order. */
  takeOutput(): QuicOutput[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  /**
   * Keying material for the application (RFC 8446 section 7.5), `length` bytes.
   * @throws TlsError CONNECTION_CLOSED before the handshake is complete
   */
  exportKeyingMaterial(label: string, context: Uint8Array | undefined, length: number): Uint8Array {
    const { exporter, mayAnswerEarly } = this.#handshake.context;
    const isReady = this.handshakeComplete || mayAnswerEarly;
    if (exporter !== undefined && isReady) return exporter.export(label, context ?? EMPTY, length);
    throw localFailure('CONNECTION_CLOSED', null, 'keying material is exported after the handshake');
  }

  /** Takes something in and handles what has become possible. */
  #run(take: () => void): void {
    if (this.#error !== undefined) return;
    try {
      take();
      this.#handshake.process();
    } catch (error) {
      this.#fail(asTlsError(error));
    }
  }

  /** Nothing leaves any more: what QUIC closes with is {@link errorCode}. */
  #fail(error: TlsError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#output = [];
    this.#handshake.context.writeSecret = undefined;
    this.#handshake.context.exporter = undefined;
    this.#handshake.context.tickets.length = 0;
    if (error.alert === null) return;
    const [severity, code, name] = [ALERT_LEVELS.fatal, ALERTS[error.alert], error.alert];
    try {
      this.#trace?.({ kind: 'alert', direction: 'sent', level: this.#writeLevel, severity, code, name });
    } catch {
      // A listener that throws can not keep the handshake alive, and the first failure is the one to tell.
    }
  }

  #layer(): HandshakeLayer {
    const output = (item: QuicOutput) => {
      if (this.#error === undefined) this.#output.push(item);
    };
    const secret = (kind: 'read_secret' | 'write_secret', level: Level, { suite, secret }: TrafficSecret) =>
      output({ kind, level, cipherSuite: suite.name, secret });
    const nothing = () => undefined;
    return {
      writeMessage: (level, bytes) => output({ kind: 'handshake_data', level, bytes }),
      setReadKey: (level, from) => secret('read_secret', level, from),
      setWriteKey: (level, from) => {
        this.#writeLevel = level;
        secret('write_secret', level, from);
      },
      writeChangeCipherSpec: nothing,
      allowChangeCipherSpec: nothing,
      skipEarlyData: nothing,
      dropWriteKey: nothing,
      limitWrites: nothing,
      limitReads: nothing,
    };
  }
}

/** The engine's way to say that early data is offered is data, which may be none. */
function clientSessions(sessions: QuicClientConfig['sessions']): Pick<ClientConfig, 'sessions'> {
  if (sessions === undefined) return {};
  const { earlyData, ...others } = sessions;
  return { sessions: earlyData === true ? { ...others, earlyData: EMPTY } : others };
}
