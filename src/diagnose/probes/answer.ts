/** Reads the first answer to a ClientHello: as far as it is in clear, and without any state. */
import { toLatin1 } from '../../bytes/index.ts';
import { TlsError } from '../../tls/index.ts';
import {
  alertName,
  cipherSuiteName,
  decodeMessage,
  groupName,
  HANDSHAKE_TYPES,
  keyShare,
  supportedVersions,
  versionName,
} from '../../tls/wire.ts';
import type { ExchangeObservation } from '../observations.ts';
import { type Change, changeOf } from './change.ts';

/** What a peer answered to a ClientHello or to a plain request. */
export type Answer =
  | {
      readonly kind: 'server_hello';
      /** `TLS 1.2`. */
      readonly version: string;
      readonly cipherSuite: string;
      /** Its code point. */
      readonly suiteCode: number;
      /** The group of the key share or the one that a HelloRetryRequest asks for. */
      readonly group: string | undefined;
      readonly groupCode: number | undefined;
      readonly retry: boolean;
    }
  | { readonly kind: 'alert'; readonly name: string; readonly code: number; readonly isWarning: boolean }
  | { readonly kind: 'other'; readonly first: Uint8Array }
  /** Not enough to tell, or nothing at all. */
  | { readonly kind: 'none' };

/** How a probe ended: `unknown` when it could not be made or nothing was heard. */
export type ProbeOutcome = 'pass' | 'fail' | 'unknown';

const RECORD_HEADER = 5;
const HANDSHAKE_HEADER = 4;
const WARNING = 1;
const CLOSE_NOTIFY = 0;

/** Longest ServerHello that is waited for: real ones stay below 1,400 bytes with a post-quantum share. */
const MAX_SERVER_HELLO = 8_192;

/** Understands the bytes that a peer sent first. */
export function readAnswer(received: Uint8Array): Answer {
  const [type, major] = received;
  if (type === undefined) return { kind: 'none' };
  if (type < 20 || type > 23 || (major ?? 3) !== 3) return { kind: 'other', first: received };
  if (received.length < RECORD_HEADER) return { kind: 'none' };
  if (type === 21) return readAlert(received);
  return type === 22 ? readServerHello(received) : { kind: 'other', first: received };
}

/** Whether enough has come to judge a probe by: then the connection is closed. */
export function isAnswered(change: Change, received: Uint8Array): boolean {
  if (received.length === 0) return false;
  if (change.passesOn === 'server_hello') {
    const answer = readAnswer(received);
    const isOpen = answer.kind === 'none' || (answer.kind === 'alert' && answer.isWarning);
    return !isOpen || received.length > MAX_SERVER_HELLO;
  }
  if (change.passesOn === 'postgresql_answer') return true;
  // A line of text, or enough of it.
  return received.includes(0x0a) || received.length >= 64;
}

/**
 * What a probe showed. A probe that hears nothing says nothing, unless silence is what the failing handshake met too.
 */
export function outcomeOf(exchange: ExchangeObservation, symptom: string): ProbeOutcome {
  const { passesOn } = changeOf(exchange.change);
  const { received, end } = exchange;
  if (end === 'unconnected') return 'unknown';
  if (passesOn === 'any_byte') return received.length > 0 ? 'pass' : 'fail';
  if (passesOn === 'http_response') {
    if (isHttp(received)) return 'pass';
  } else if (passesOn === 'postgresql_answer') {
    if (isPostgresql(received)) return 'pass';
  } else if (readAnswer(received).kind === 'server_hello') {
    return 'pass';
  }
  return end === 'timeout' && symptom !== 'silent' ? 'unknown' : 'fail';
}

/** The answer in a few words: `ServerHello, TLS 1.2`, `alert 40 handshake_failure`, `nothing`. */
export function describeAnswer({ received, end }: ExchangeObservation): string {
  const answer = readAnswer(received);
  switch (answer.kind) {
    case 'server_hello':
      return `${answer.retry ? 'HelloRetryRequest' : 'ServerHello'}, ${answer.version}`;
    case 'alert':
      return `alert ${answer.code} ${answer.name}`;
    case 'other':
      return `"${firstLine(answer.first)}"`;
    default:
      if (end === 'reset') return 'connection reset';
      if (end === 'closed') return 'connection closed';
      if (end === 'unconnected') return 'no connection';
      return 'nothing';
  }
}

/** Whether bytes begin like an HTTP/1 response (RFC 9112 section 4). */
export function isHttp(bytes: Uint8Array): boolean {
  return /^HTTP\/1\.[01] \d{3}/.test(toLatin1(bytes.subarray(0, 12)));
}

/** Whether bytes are PostgreSQL's whole answer to an SSLRequest: S for yes, N for no. */
export function isPostgresql(bytes: Uint8Array): boolean {
  return bytes.length === 1 && (bytes[0] === 0x53 || bytes[0] === 0x4e);
}

/** The first line of what a peer said, at most 60 characters. */
export function firstLine(bytes: Uint8Array): string {
  const [line = ''] = toLatin1(bytes.subarray(0, 256)).split(/\r?\n/);
  return line.length > 60 ? `${line.substring(0, 60)}…` : line;
}

/** A server may complain of the name and go on (RFC 6066 section 3): what comes behind the warning is its answer. */
function readAlert(received: Uint8Array): Answer {
  const code = received[RECORD_HEADER + 1];
  if (code === undefined) return { kind: 'none' };
  const isWarning = received[RECORD_HEADER] === WARNING && code !== CLOSE_NOTIFY;
  const behind = received.subarray(RECORD_HEADER + u16(received, 3));
  if (isWarning && behind[0] === 22) return readAnswer(behind);
  return { kind: 'alert', code, name: alertName(code) ?? 'unregistered', isWarning };
}

function readServerHello(received: Uint8Array): Answer {
  const message = firstMessage(received);
  if (message === undefined) return { kind: 'none' };
  if (message[0] !== HANDSHAKE_TYPES.server_hello) return { kind: 'other', first: received };
  try {
    const hello = decodeMessage(HANDSHAKE_TYPES.server_hello, message);
    if (hello.type === 'hello_retry_request') {
      return {
        kind: 'server_hello',
        version: versionName(hello.extensions.get(supportedVersions.helloRetryRequest) ?? hello.legacyVersion),
        ...suiteAnd(hello.cipherSuite, hello.extensions.get(keyShare.helloRetryRequest)),
        retry: true,
      };
    }
    if (hello.type !== 'server_hello') return { kind: 'other', first: received };
    return {
      kind: 'server_hello',
      version: versionName(hello.extensions.get(supportedVersions.serverHello) ?? hello.legacyVersion),
      ...suiteAnd(hello.cipherSuite, hello.extensions.get(keyShare.serverHello)?.group),
      retry: false,
    };
  } catch (error) {
    if (error instanceof TlsError) return { kind: 'other', first: received };
    throw error;
  }
}

/** The first handshake message, put together from its records; `undefined` until it is whole. */
export function firstMessage(received: Uint8Array): Uint8Array | undefined {
  const fragments = new Uint8Array(received.length);
  let have = 0;
  for (let at = 0; received.length - at >= RECORD_HEADER && received[at] === 22; ) {
    const end = at + RECORD_HEADER + u16(received, at + 3);
    fragments.set(received.subarray(at + RECORD_HEADER, end), have);
    have += Math.min(end, received.length) - at - RECORD_HEADER;
    at = end;
  }
  if (have < HANDSHAKE_HEADER) return undefined;
  const length = HANDSHAKE_HEADER + (fragments[1] ?? 0) * 2 ** 16 + u16(fragments, 2);
  return have < length ? undefined : fragments.subarray(0, length);
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function suiteAnd(suiteCode: number, groupCode: number | undefined) {
  return { cipherSuite: suiteText(suiteCode), suiteCode, group: groupText(groupCode), groupCode };
}

function suiteText(code: number): string {
  return cipherSuiteName(code) ?? `suite ${code.toString(16)}`;
}

function groupText(code: number | undefined): string | undefined {
  return code === undefined ? undefined : (groupName(code) ?? `group ${code}`);
}
