import { ReadError, type Span } from '../bytes/index.ts';
import type { AlertName } from './registry/alerts.ts';

/**
 * Whose fault a failure is: `peer` broke the protocol, `incompatible` means that both are right and share no
 * parameters, `local` is a misconfiguration or a decision of this side.
 */
export type Fault = 'local' | 'peer' | 'incompatible';

/** Stable codes of {@link TlsError}. The catalogue with causes and fixes is docs/errors.md. */
export type TlsErrorCode =
  | 'DECODE_ERROR'
  | 'UNEXPECTED_MESSAGE'
  | 'UNEXPECTED_RECORD'
  | 'NOT_TLS'
  | 'RECORD_OVERFLOW'
  | 'BAD_RECORD_MAC'
  | 'BAD_SIGNATURE'
  | 'BAD_FINISHED'
  | 'BAD_BINDER'
  | 'BAD_KEY_SHARE'
  | 'ILLEGAL_PARAMETER'
  | 'MISSING_EXTENSION'
  | 'UNSUPPORTED_EXTENSION'
  | 'DUPLICATE_EXTENSION'
  | 'NO_COMMON_VERSION'
  | 'DOWNGRADE_DETECTED'
  | 'INAPPROPRIATE_FALLBACK'
  | 'NO_COMMON_CIPHER_SUITE'
  | 'NO_COMMON_GROUP'
  | 'NO_COMMON_SIGNATURE_SCHEME'
  | 'NO_COMMON_APPLICATION_PROTOCOL'
  | 'NO_CERTIFICATE_FOR_NAME'
  | 'CERTIFICATE_REJECTED'
  | 'CERTIFICATE_REQUIRED'
  | 'UNKNOWN_PSK_IDENTITY'
  | 'BAD_CERTIFICATE_KEY'
  | 'BAD_CERTIFICATE_COMPRESSION'
  | 'ALERT_RECEIVED'
  | 'CONNECTION_TRUNCATED'
  | 'LIMIT_EXCEEDED'
  | 'CONNECTION_CLOSED'
  | 'BAD_CONFIGURATION'
  | 'INTERNAL';

/** Everything that makes a {@link TlsError}. */
export interface TlsErrorInit {
  readonly code: TlsErrorCode;
  /** The alert that tells the peer; `null` where none is sent (an alert was received, or nobody listens). */
  readonly alert: AlertName | null;
  readonly fault: Fault;
  /** Got and expected, in one sentence. */
  readonly message: string;
  /** Where the rule stands: "RFC 8446 section 4.1.3". */
  readonly spec: string;
  readonly evidence?: { readonly messageType: string; readonly span: Span };
  /** The alert that the peer sent, by name or as a number when it is not registered. */
  readonly received?: AlertName | number;
  readonly cause?: unknown;
}

/**
 * The one error of the protocol engine. After it the connection is terminal: nothing more is processed or sent.
 */
export class TlsError extends Error {
  override readonly name = 'TlsError';
  readonly code: TlsErrorCode;
  readonly alert: AlertName | null;
  readonly fault: Fault;
  readonly spec: string;
  readonly evidence: { readonly messageType: string; readonly span: Span } | undefined;
  readonly received: AlertName | number | undefined;

  constructor(init: TlsErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.alert = init.alert;
    this.fault = init.fault;
    this.spec = init.spec;
    this.evidence = init.evidence;
    this.received = init.received;
  }
}

/** A value that is well-formed and not allowed here (RFC 8446 section 6.2, illegal_parameter). */
export function illegalParameter(message: string, spec: string): TlsError {
  return new TlsError({ code: 'ILLEGAL_PARAMETER', alert: 'illegal_parameter', fault: 'peer', message, spec });
}

/** Bytes that do not parse (RFC 8446 section 6.2, decode_error). */
export function decodeError(message: string, spec: string): TlsError {
  return new TlsError({ code: 'DECODE_ERROR', alert: 'decode_error', fault: 'peer', message, spec });
}

/**
 * Runs a decoder over bytes of a peer, so that every failure is a {@link TlsError} with the bytes as evidence.
 * @param messageType what was being decoded: "client_hello".
 */
export function decoding<T>(messageType: string, spec: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ReadError)) throw error;
    throw new TlsError({
      code: 'DECODE_ERROR',
      alert: 'decode_error',
      fault: 'peer',
      message: `${messageType}: ${error.message}`,
      spec,
      evidence: { messageType, span: error.span },
      cause: error,
    });
  }
}
