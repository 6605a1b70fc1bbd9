import { type Allocator, toHex } from '../bytes/index.ts';
import type { CryptoProvider } from '../crypto/index.ts';
import type { CommonConfig } from './config.ts';
import { TlsError } from './error.ts';
import type { Level, Role, SecretLabel, Trace } from './events.ts';
import type { ConnectionInfo } from './info.ts';
import type { ExporterSecret } from './key-schedule/exporter.ts';
import type { TrafficSecret } from './key-schedule/tls13.ts';
import { Transcript } from './key-schedule/transcript.ts';
import { FieldTree } from './messages/field-tree.ts';
import { decodeMessage, type HandshakeName } from './messages/message.ts';
import type { Session } from './session/session.ts';

/**
 * What carries handshake messages: TLS records, QUIC's CRYPTO frames, or a test that hands them over. Messages and
 * keys leave tagged with their level; the handshake knows nothing else of the transport.
 */
export interface HandshakeLayer {
  writeMessage(level: Level, message: Uint8Array): void;
  setReadKey(level: Level, secret: TrafficSecret): void;
  setWriteKey(level: Level, secret: TrafficSecret): void;
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

/** A ticket of TLS 1.3 as it came; what is needed to make a session of it is computed if somebody wants it. */
export type ReceivedTicket = () => Session;

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
  /** Read keys in force: a message of another level is out of order. */
  readLevel: Level = 'initial';
  /** Our write secret of the application level and its generation, once there is one. */
  writeSecret: { readonly secret: TrafficSecret; readonly generation: number } | undefined;
  exporter: ExporterSecret | undefined;
  /** Bytes of 0-RTT data that a server still takes, once it has agreed to. */
  earlyDataLeft = 0;
  /** A server that took 0-RTT data answers before the client's Finished: the key proved who it is. */
  mayAnswerEarly = false;
  /** Tickets that a client received, not yet taken. */
  readonly tickets: ReceivedTicket[] = [];
  /** Tickets received since the last application data. */
  ticketsInRow = 0;
  /** KeyUpdates received since the last application data. */
  keyUpdates = 0;
  /** The peer asked for new keys; one KeyUpdate before our next application data answers all such (RFC 8446 section 4.6.3). */
  keyUpdateOwed = false;
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
    this.#config = config;
    this.#bufferEmpty = bufferEmpty;
    this.isQuic = isQuic;
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
      const { type } = decodeMessage(message[0] ?? 0, message, tree);
      this.trace({ kind: 'message', direction: 'sent', level, name: type, bytes: message, fields: tree.fields });
    }
    this.layer.writeMessage(level, message);
  }

  /**
   * Asserts that the peer's flight ends here: what it sends next depends on our answer or is under other keys, and
   * begins in a new record (RFC 8446 section 5.1).
   */
  requireFlightEnd(what: HandshakeName): void {
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
  setReadKey(level: Level, secret: TrafficSecret, after: HandshakeName): void {
    this.requireFlightEnd(after);
    this.readLevel = level;
    this.layer.setReadKey(level, secret);
  }

  setWriteKey(level: Level, secret: TrafficSecret): void {
    this.layer.setWriteKey(level, secret);
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
