import { type Allocator, type FieldSink, toHex } from '../bytes/index.ts';
import type { CryptoProvider } from '../crypto/index.ts';
import type { CommonConfig } from './config.ts';
import { TlsError } from './error.ts';
import type { Level, Role, SecretLabel, Trace } from './events.ts';
import type { ConnectionInfo } from './info.ts';
import type { Exporter } from './key-schedule/exporter.ts';
import type { Tls12Keys } from './key-schedule/tls12.ts';
import type { TrafficSecret } from './key-schedule/tls13.ts';
import { Transcript } from './key-schedule/transcript.ts';
import { FieldTree } from './messages/field-tree.ts';
import { decodeMessage } from './messages/message.ts';
import { type AnyMessage, decodeTls12Message, type MessageName } from './messages/tls12/message.ts';
import { MAX_RENEGOTIATIONS } from './record/limits.ts';
import type { AlertName } from './registry/alerts.ts';
import type { Tls12Suite } from './registry/tls12-suites.ts';
import { VERSIONS, type VersionName } from './registry/versions.ts';
import type { Session } from './session/session.ts';

/**
 * What carries handshake messages: TLS records, QUIC's CRYPTO frames, or a test that hands them over. Messages and
 * keys leave tagged with their level; the handshake knows nothing else of the transport.
 */
export interface HandshakeLayer {
  writeMessage(level: Level, message: Uint8Array): void;
  setReadKey(level: Level, secret: TrafficSecret): void;
  setWriteKey(level: Level, secret: TrafficSecret): void;
  /** Only records can carry TLS 1.2. */
  readonly tls12?: Tls12Layer;
  /** Middlebox compatibility (RFC 8446 appendix D.4); only records have it. */
  writeChangeCipherSpec(): void;
  /** The peer's change_cipher_spec is tolerated from the first ClientHello to its Finished. */
  allowChangeCipherSpec(allowed: boolean): void;
  /** Bytes of early data that this side will not read and skips, 0 for none (RFC 8446 section 4.2.10). */
  skipEarlyData(limit: number): void;
  /** Back to plaintext: the early data that was sent is refused (RFC 8446 section 4.1.4). */
  dropWriteKey(): void;
  /** The peer's record_size_limit (RFC 8449). */
  limitWrites(limit: number): void;
  /** Our record_size_limit, once the peer has shown that it knows the extension (RFC 8449 section 4). */
  limitReads(limit: number): void;
}

/** What TLS 1.2 wants of records beyond TLS 1.3. */
export interface Tls12Layer {
  /** From now on records say TLS 1.2, and change_cipher_spec means what it says. */
  begin(): void;
  /** The peer's change_cipher_spec has to come next, and begins these keys. */
  expectChangeCipherSpec(keys: Tls12Keys): void;
  /** Sends change_cipher_spec and begins these keys. */
  changeCipherSpec(keys: Tls12Keys): void;
  /** Sends an alert that ends nothing. */
  writeWarning(name: AlertName): void;
}

/** A ticket of TLS 1.3 as it came; what is needed to make a session of it is computed if somebody wants it. */
export type ReceivedTicket = () => Session;

/** Decodes a message of the version that is spoken. */
export type MessageDecoder = (type: number, message: Uint8Array, sink?: FieldSink) => AnyMessage;

/** What the states of all machines share: the only place that writes messages and announces secrets. */
export class HandshakeContext {
  readonly role: Role;
  readonly crypto: CryptoProvider;
  readonly allocate: Allocator;
  readonly transcript: Transcript;
  readonly layer: HandshakeLayer;
  readonly info: ConnectionInfo = {};
  /** Whether QUIC carries the handshake: no records, no KeyUpdate, no EndOfEarlyData (RFC 9001). */
  readonly isQuic: boolean;
  readonly trace: Trace | undefined;
  readonly maxChain: CommonConfig['maxChain'];
  /** Read keys in force: a message of another level is out of order. */
  readLevel: Level = 'initial';
  /** Our write secret of the application level and its generation, once there is one. */
  writeSecret: { readonly secret: TrafficSecret; readonly generation: number } | undefined;
  exporter: Exporter | undefined;
  /** Bytes of 0-RTT data that a server still takes, once it has agreed to. */
  earlyDataLeft = 0;
  /** A server that took 0-RTT data answers before the client's Finished: the key proved who it is. */
  mayAnswerEarly = false;
  /** Tickets that a client received, not yet taken. */
  readonly tickets: ReceivedTicket[] = [];
  /** Tickets received since the last application data. */
  ticketsInRow = 0;
  /** Of TLS 1.3 until the version is known: hellos have one form. */
  decode: MessageDecoder = decodeMessage;
  /** TLS 1.2: what the suite that was chosen says, from which the form of two messages follows. */
  keyExchange: Tls12Suite['keyExchange'] = 'ecdhe';
  /** Alerts of level warning end nothing: in TLS 1.2, and while it may be chosen. */
  hasWarnings = false;
  /** Requests for a certificate that came after the handshake. */
  postHandshakeRequests = 0;
  /** KeyUpdates received since the last application data. */
  keyUpdates = 0;
  /** The peer asked for new keys; one KeyUpdate before our next application data answers all such (RFC 8446 section 4.6.3). */
  keyUpdateOwed = false;
  /** TLS 1.2: wishes of the peer to renegotiate that may still be passed over. */
  renegotiationsLeft: number;
  /** Random of the first ClientHello: what key logs are indexed by. */
  clientRandom: Uint8Array | undefined;
  readonly #config: CommonConfig;
  readonly #bufferEmpty: () => boolean;

  constructor(
    role: Role,
    config: CommonConfig,
    allocate: Allocator,
    layer: HandshakeLayer,
    bufferEmpty: () => boolean,
    isQuic = false,
  ) {
    this.role = role;
    this.crypto = config.crypto;
    this.allocate = allocate;
    this.layer = layer;
    this.trace = config.trace;
    this.transcript = new Transcript(config.crypto);
    this.maxChain = config.maxChain;
    this.renegotiationsLeft = config.maxRenegotiations ?? MAX_RENEGOTIATIONS;
    this.#config = config;
    this.#bufferEmpty = bufferEmpty;
    this.isQuic = isQuic;
  }

  /** What carries TLS 1.2. */
  get tls12(): Tls12Layer {
    const { tls12 } = this.layer;
    if (tls12 === undefined) throw new Error('TLS 1.2 without records');
    return tls12;
  }

  /** The version is known. */
  speak(version: VersionName): void {
    this.info.version = version;
    this.hasWarnings = version === 'TLS 1.2';
    if (version === 'TLS 1.3') return;
    this.tls12.begin();
    this.decode = (_type, message, sink) => {
      const form = { version: VERSIONS.tls12, keyExchange: this.keyExchange, isAnonymous: false };
      return decodeTls12Message(message, form, sink);
    };
  }

  /** Writes a message of the handshake and adds it to the transcript: one call, so that neither is forgotten. */
  send(level: Level, message: Uint8Array): void {
    this.transcript.append(message);
    this.sendPostHandshake(level, message);
  }

  /** Writes a message that is not part of the transcript: KeyUpdate, NewSessionTicket. */
  sendPostHandshake(level: Level, message: Uint8Array): void {
    if (this.trace !== undefined) {
      const tree = new FieldTree();
      const { type } = this.decode(message[0] ?? 0, message, tree);
      this.trace({ kind: 'message', direction: 'sent', level, name: type, bytes: message, fields: tree.fields });
    }
    this.layer.writeMessage(level, message);
  }

  /**
   * Asserts that the peer's flight ends here: what it sends next depends on our answer or is under other keys, and
   * begins in a new record (RFC 8446 section 5.1).
   */
  requireFlightEnd(what: MessageName): void {
    if (this.#bufferEmpty()) return;
    throw new TlsError({
      code: 'UNEXPECTED_MESSAGE',
      alert: 'unexpected_message',
      fault: 'peer',
      message: `got handshake bytes behind ${what}, expected the end of the record`,
      spec: 'RFC 8446 section 5.1',
    });
  }

  /** Changes the read keys, which the message `after` is the last one before. */
  setReadKey(level: Level, secret: TrafficSecret, after: MessageName): void {
    this.requireFlightEnd(after);
    this.readLevel = level;
    this.layer.setReadKey(level, secret);
  }

  setWriteKey(level: Level, secret: TrafficSecret): void {
    this.layer.setWriteKey(level, secret);
  }

  /** TLS 1.2: the peer has to change to these keys now; `after` was its last message without them. */
  expectChangeCipherSpec(keys: Tls12Keys, after: MessageName): void {
    this.requireFlightEnd(after);
    this.readLevel = 'application';
    this.tls12.expectChangeCipherSpec(keys);
  }

  /** Announces a secret to the key log and the trace. */
  announce(label: SecretLabel, secret: Uint8Array, generation = 0): void {
    const { keyLog, traceSecrets } = this.#config;
    // Key logs have no line for it (draft-ietf-tls-keylogfile section 2.1).
    if (label !== 'RESUMPTION_SECRET' && keyLog !== undefined && this.clientRandom !== undefined) {
      const suffix = label.endsWith('TRAFFIC_SECRET') && !label.includes('HANDSHAKE') && !label.includes('EARLY');
      keyLog(`${label}${suffix ? `_${generation}` : ''} ${toHex(this.clientRandom)} ${toHex(secret)}`);
    }
    if (this.trace === undefined) return;
    if (traceSecrets) this.trace({ kind: 'secret', label, generation, value: secret });
    else this.trace({ kind: 'secret', label, generation });
  }
}
