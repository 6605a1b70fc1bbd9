/**
 * Reads what a server of TLS 1.2 or older says in clear: its first flight, ServerHello to ServerHelloDone (RFC 5246
 * section 7.3). No key is needed for it and none is derived, so that suites and versions that this client does not
 * speak are read too. Start at {@link readFlight}.
 */
import { type Field, TlsError } from '../../tls/index.ts';
import {
  type AlertName,
  alertName,
  decodeTls12Message,
  FieldTree,
  HANDSHAKE_TYPES,
  HandshakeBuffer,
  keyExchangeOf,
  type ServerKeyExchangeContext,
  supportedVersions,
  type Tls12Message,
  VERSIONS,
} from '../../tls/wire.ts';
import type { ObservedError } from '../observations.ts';

/** One message of a flight. */
export interface FlightMessage {
  readonly message: Tls12Message;
  /** Header and body. */
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
}

/** A server's first flight, as far as it came. */
export interface Flight {
  /** ProtocolVersion code point: TLS 1.2 or older. */
  readonly version: number;
  readonly cipherSuite: number;
  readonly messages: readonly FlightMessage[];
  /** Whether ServerHelloDone came: the server waits for the client. */
  readonly isComplete: boolean;
  /** The alert that ended it. */
  readonly alert?: { readonly code: number; readonly name?: AlertName };
  /** What broke the protocol. Nothing behind it was read. */
  readonly problem?: ObservedError;
}

/** The messages of a flight in their order; all but the first and the last may be missing (RFC 5246 section 7.3). */
const ORDER: readonly Tls12Message['type'][] = [
  'server_hello',
  'certificate',
  'certificate_status',
  'server_key_exchange',
  'certificate_request',
  'server_hello_done',
];

const RECORD_HEADER = 5;
const [ALERT, HANDSHAKE] = [21, 22];

/** Longest fragment of a plaintext record (RFC 5246 section 6.2.1). */
const MAX_FRAGMENT = 2 ** 14;

/** Warnings that are passed over before a flight: a server may complain of the name and go on (RFC 6066 section 3). */
const MAX_WARNINGS = 4;

/**
 * Bytes of a flight that are read. Chains of real servers stay below a quarter of it; a chain in one message may have
 * 64 KiB by the default of OpenSSL's clients.
 */
export const MAX_FLIGHT = 2 ** 17;

/** What is assumed of a suite that nobody registered. */
const UNKNOWN: ServerKeyExchangeContext = { version: VERSIONS.tls12, keyExchange: 'other', isAnonymous: false };

/** The flight that `received` begins with; `undefined` where that is no ServerHello of TLS 1.2 or older. */
export function readFlight(received: Uint8Array): Flight | undefined {
  const reader = new FlightReader();
  reader.push(received);
  return reader.flight;
}

/** Reads a flight as it comes. */
export class FlightReader {
  readonly #handshake = new HandshakeBuffer();
  readonly #messages: FlightMessage[] = [];
  /** The beginning of a record. */
  #waiting: Uint8Array = new Uint8Array(0);
  #context: ServerKeyExchangeContext | undefined;
  #cipherSuite = 0;
  #warnings = 0;
  #alert: Flight['alert'];
  #problem: ObservedError | undefined;
  #isOver = false;

  /** Adds what came over the connection, however it is cut. */
  push(bytes: Uint8Array): void {
    if (this.#isOver) return;
    const data = new Uint8Array(this.#waiting.length + bytes.length);
    data.set(this.#waiting);
    data.set(bytes, this.#waiting.length);
    let at = 0;
    while (!this.#isOver && data.length - at >= RECORD_HEADER) {
      const length = ((data[at + 3] ?? 0) << 8) | (data[at + 4] ?? 0);
      const end = at + RECORD_HEADER + length;
      const type = data[at] ?? 0;
      if (length > MAX_FRAGMENT || length === 0) this.#refuse(`a record of ${length} bytes`, 'RFC 5246 section 6.2.1');
      else if (end > data.length) break;
      else this.#record(type, data.subarray(at + RECORD_HEADER, end));
      at = end;
    }
    this.#waiting = data.subarray(Math.min(at, data.length));
  }

  /** Whether nothing more is to be waited for: the flight is complete, has failed, or is none. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** As far as it came; `undefined` until there is a ServerHello of TLS 1.2 or older. */
  get flight(): Flight | undefined {
    if (this.#context === undefined) return undefined;
    return {
      version: this.#context.version,
      cipherSuite: this.#cipherSuite,
      messages: this.#messages,
      isComplete: this.#messages.at(-1)?.message.type === 'server_hello_done',
      ...(this.#alert === undefined ? {} : { alert: this.#alert }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    };
  }

  #record(type: number, fragment: Uint8Array): void {
    if (type === ALERT) this.#alerted(fragment);
    else if (type === HANDSHAKE) this.#fragment(fragment);
    else this.#refuse(`a record of type ${type}`, 'RFC 5246 section 7.3');
  }

  #alerted([severity = 0, code = 0]: Uint8Array): void {
    const isWarning = severity === 1 && code !== 0;
    if (isWarning && this.#warnings++ < MAX_WARNINGS) return;
    const name = alertName(code);
    this.#alert = name === undefined ? { code } : { code, name };
    this.#isOver = true;
  }

  #fragment(fragment: Uint8Array): void {
    this.#handshake.push(fragment);
    try {
      for (let frame = this.#handshake.next(); frame !== undefined; frame = this.#handshake.next()) {
        this.#message(frame.bytes);
        if (this.#isOver) return;
      }
    } catch (error) {
      if (!(error instanceof TlsError)) throw error;
      const { code, fault, message, spec, evidence } = error;
      this.#problem = { code, fault, message, spec, ...(evidence === undefined ? {} : { evidence }) };
      this.#isOver = true;
    }
  }

  #message(bytes: Uint8Array): void {
    this.#context ??= this.#selected(bytes);
    if (this.#context === undefined) {
      // A flight of TLS 1.3, and what is no flight, are not for this reader.
      this.#isOver = true;
      return;
    }
    const fields = new FieldTree();
    const message = decodeTls12Message(bytes, this.#context, fields);
    const before = this.#messages.at(-1)?.message.type;
    if (before !== undefined && ORDER.indexOf(message.type) <= ORDER.indexOf(before)) {
      this.#refuse(`${message.type} after ${before}`, 'RFC 5246 section 7.3');
      return;
    }
    this.#messages.push({ message, bytes, fields: fields.fields });
    this.#isOver = message.type === 'server_hello_done';
  }

  /** What a ServerHello of TLS 1.2 or older selects; `undefined` for anything else. */
  #selected(bytes: Uint8Array): ServerKeyExchangeContext | undefined {
    if (bytes[0] !== HANDSHAKE_TYPES.server_hello) return undefined;
    const hello = decodeTls12Message(bytes, UNKNOWN);
    if (hello.type !== 'server_hello' || hello.extensions.get(supportedVersions.serverHello) !== undefined) {
      return undefined;
    }
    const { legacyVersion: version, cipherSuite } = hello;
    if (version < VERSIONS.ssl3 || version > VERSIONS.tls12) return undefined;
    this.#cipherSuite = cipherSuite;
    return { ...UNKNOWN, ...keyExchangeOf(cipherSuite), version };
  }

  #refuse(what: string, spec: string): void {
    this.#problem = {
      code: 'UNEXPECTED_MESSAGE',
      fault: 'peer',
      message: `in the server's first flight: ${what}`,
      spec,
    };
    this.#isOver = true;
  }
}
