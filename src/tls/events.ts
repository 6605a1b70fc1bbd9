import type { Span } from '../bytes/index.ts';
import type { Field } from './messages/field-tree.ts';
import type { MessageName } from './messages/tls12/message.ts';
import type { AlertName } from './registry/alerts.ts';
import type { HandshakeTypeName } from './registry/handshake-types.ts';

/** Which end of the connection an engine is. */
export type Role = 'client' | 'server';

/** `sent` by this engine or `received` by it. */
export type Direction = 'sent' | 'received';

/**
 * The keys that protect a message, by RFC 9001 section 4.1.4's names: `initial` is plaintext in TLS over TCP,
 * `early` is 0-RTT, `application` is 1-RTT.
 */
export type Level = 'initial' | 'early' | 'handshake' | 'application';

/** Record types of RFC 8446 section 5.1; others print as their number. */
export type ContentType = 'change_cipher_spec' | 'alert' | 'handshake' | 'application_data';

/** Labels of the key log format (NSS key log); `CLIENT_RANDOM` is TLS 1.2's master secret. */
export type SecretLabel =
  | 'CLIENT_EARLY_TRAFFIC_SECRET'
  | 'EARLY_EXPORTER_SECRET'
  | 'CLIENT_HANDSHAKE_TRAFFIC_SECRET'
  | 'SERVER_HANDSHAKE_TRAFFIC_SECRET'
  | 'CLIENT_TRAFFIC_SECRET'
  | 'SERVER_TRAFFIC_SECRET'
  | 'EXPORTER_SECRET'
  | 'RESUMPTION_SECRET'
  | 'CLIENT_RANDOM';

/**
 * A record crossed the connection. `span` is the record, header included, in this direction's byte stream;
 * `contentType` is what the header says, `innerType` what decryption revealed.
 */
export interface RecordEvent {
  readonly kind: 'record';
  readonly direction: Direction;
  readonly level: Level;
  readonly contentType: ContentType | number;
  readonly innerType?: ContentType | number;
  /** The version in the record header. */
  readonly legacyVersion: number;
  readonly span: Span;
  /** Bytes of content, without header, padding and tag. */
  readonly contentLength: number;
  /** Bytes of zero padding found or added. */
  readonly padding: number;
}

/**
 * A whole handshake message crossed. Field spans count from the message's first byte, header included. One that does
 * not decode goes by the name of its type and has the fields that were read; one that is out of place has none. The bytes are the engine's own: look,
 * and change nothing.
 */
export interface MessageEvent {
  readonly kind: 'message';
  readonly direction: Direction;
  readonly level: Level;
  readonly name: MessageName | HandshakeTypeName;
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
}

/** The machine went from one state of RFC 8446 appendix A to another. */
export interface TransitionEvent {
  readonly kind: 'transition';
  readonly role: Role;
  readonly from: string;
  readonly to: string;
  /** The message that caused it; absent for what no message causes. */
  readonly on?: MessageName;
}

/**
 * A secret came into being. Its `value` is there only when the configuration asked for secrets, and is the engine's own:
 * look, and change nothing.
 */
export interface SecretEvent {
  readonly kind: 'secret';
  readonly label: SecretLabel;
  /** Generation of an application traffic secret: 0, then one more with each KeyUpdate. */
  readonly generation: number;
  readonly value?: Uint8Array;
}

/** An alert crossed. `name` is absent when the code is not registered. */
export interface AlertEvent {
  readonly kind: 'alert';
  readonly direction: Direction;
  readonly level: Level;
  readonly severity: number;
  readonly code: number;
  readonly name?: AlertName;
}

/**
 * Everything that an engine tells about itself. Events are the only source of every view; they carry no time
 * (the engine has no clock), so whoever listens stamps them.
 */
export type TlsEvent = RecordEvent | MessageEvent | TransitionEvent | SecretEvent | AlertEvent;

/** Receives events, synchronously and in order. It must not call back into the engine. */
export type Trace = (event: TlsEvent) => void;
