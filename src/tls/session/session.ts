/**
 * What both ends keep of a handshake to resume it, as values and as bytes. One form for TLS 1.3 and 1.2, for clients
 * and servers: a server seals it into its tickets, a client exports it. Start at {@link Session}.
 */
import { type Allocator, fromAscii, ReadError, Reader, toLatin1, Writer } from '../../bytes/index.ts';
import { VERSIONS } from '../registry/versions.ts';
import type { PeerCertificate } from '../requests.ts';

/** The versions that have sessions. */
export type SessionVersion = 'TLS 1.3' | 'TLS 1.2';

/** What a handshake leaves behind to be resumed from. Whoever has the secret can be either end: keep it as a key. */
export interface SessionState {
  readonly version: SessionVersion;
  /** Code point. TLS 1.3 resumes with any suite of the same hash, TLS 1.2 with the same suite. */
  readonly cipherSuite: number;
  /** TLS 1.3: the pre-shared key of one ticket (RFC 8446 section 4.6.1). TLS 1.2: the master secret. */
  readonly secret: Uint8Array;
  /** The server_name of the handshake; a session is for no other. */
  readonly serverName: string | undefined;
  /** The application protocol agreed on; 0-RTT data speaks it (RFC 8446 section 4.2.10). */
  readonly alpn: string | undefined;
  /** When it was issued, in milliseconds since 1970. */
  readonly issued: number;
  /** When the peer last showed a certificate: tickets of a resumed connection do not renew it. Milliseconds since 1970. */
  readonly authenticated: number;
  /** Seconds from `issued`, at most 7 days. */
  readonly lifetime: number;
  /** ticket_age_add. */
  readonly ageAdd: number;
  /** Bytes of 0-RTT data that the server takes, 0 for none. */
  readonly maxEarlyData: number;
  /** The peer's chain, leaf first; empty where it showed none. */
  readonly peerCertificates: readonly PeerCertificate[];
  /** TLS 1.2: whether the master secret is bound to the handshake (RFC 7627). */
  readonly extendedMasterSecret: boolean;
}

/** A client's session: opaque bytes of its server beside the state. */
export interface Session extends SessionState {
  /** The server's ticket; empty for a TLS 1.2 session that goes by its id. */
  readonly ticket: Uint8Array;
  /** TLS 1.2: the server's session id, else empty. */
  readonly sessionId: Uint8Array;
}

/** A server's session: what it was made under, beside the state. */
export interface ServerSession extends SessionState {
  /** Digest of the configuration it is good for; another one means a full handshake. */
  readonly binding: Uint8Array;
}

/** Longest lifetime of a session: 7 days in seconds (RFC 8446 section 4.6.1). */
export const MAX_LIFETIME = 604_800;

/** Changes with the form: what another release exported is not read as something else. */
const FORMAT = 1;

const KINDS = { client: 1, server: 2 } as const;

/** A client's session as bytes, for {@link decodeSession}. They hold its secret. */
export function encodeSession(session: Session, alloc?: Allocator): Uint8Array {
  const writer = start(alloc, KINDS.client, session);
  return writer.opaque(2, session.ticket).opaque(1, session.sessionId).finish();
}

/** A client's session from the bytes of {@link encodeSession}, or `undefined` for any others. */
export function decodeSession(bytes: Uint8Array): Session | undefined {
  return decode(bytes, KINDS.client, (reader, state) => ({
    ...state,
    ticket: reader.opaque(2, 'ticket'),
    sessionId: reader.opaque(1, 'session_id', 0, 32),
  }));
}

/** A server's session as bytes, to be sealed into a ticket or kept in a store. */
export function encodeServerSession(session: ServerSession, alloc?: Allocator): Uint8Array {
  return start(alloc, KINDS.server, session).opaque(1, session.binding).finish();
}

/** A server's session from the bytes of {@link encodeServerSession}, or `undefined` for any others. */
export function decodeServerSession(bytes: Uint8Array): ServerSession | undefined {
  return decode(bytes, KINDS.server, (reader, state) => ({ ...state, binding: reader.opaque(1, 'binding') }));
}

function start(alloc: Allocator | undefined, kind: number, state: SessionState): Writer {
  const writer = new Writer(alloc).u8(FORMAT).u8(kind);
  writer.u16(state.version === 'TLS 1.3' ? VERSIONS.tls13 : VERSIONS.tls12).u16(state.cipherSuite);
  writer.opaque(1, state.secret);
  writer.opaque(2, fromAscii(state.serverName ?? '')).opaque(1, fromAscii(state.alpn ?? ''));
  time(writer, state.issued);
  time(writer, state.authenticated);
  writer
    .u32(state.lifetime)
    .u32(state.ageAdd)
    .u32(state.maxEarlyData)
    .u8(state.extendedMasterSecret ? 1 : 0);
  return writer.vector(3, (list) => {
    for (const { der, ocspResponse, scts = [] } of state.peerCertificates) {
      list.opaque(3, der).opaque(3, ocspResponse ?? new Uint8Array(0));
      list.vector(2, (times) => {
        for (const sct of scts) times.opaque(2, sct);
      });
    }
  });
}

function decode<T>(bytes: Uint8Array, kind: number, rest: (reader: Reader, state: SessionState) => T): T | undefined {
  try {
    const reader = new Reader(bytes);
    if (reader.u8('format') !== FORMAT || reader.u8('kind') !== kind) return undefined;
    const state = readState(reader);
    if (state === undefined) return undefined;
    const session = rest(reader, state);
    reader.end();
    return session;
  } catch (error) {
    if (error instanceof ReadError) return undefined;
    throw error;
  }
}

function readState(reader: Reader): SessionState | undefined {
  const version = versionOf(reader.u16('version'));
  const cipherSuite = reader.u16('cipher_suite');
  const secret = reader.opaque(1, 'secret', 1);
  const [serverName, alpn] = [reader.opaque(2, 'server_name'), reader.opaque(1, 'alpn')];
  const issued = readTime(reader);
  const authenticated = readTime(reader);
  const lifetime = reader.u32('lifetime');
  const ageAdd = reader.u32('age_add');
  const maxEarlyData = reader.u32('max_early_data');
  const bound = reader.u8('extended_master_secret');
  const peerCertificates = readCertificates(reader);
  if (version === undefined || bound > 1 || !isAscii(serverName) || !isAscii(alpn)) return undefined;
  return {
    version,
    cipherSuite,
    secret,
    serverName: nameOf(serverName),
    alpn: nameOf(alpn),
    issued,
    authenticated,
    lifetime,
    ageAdd,
    maxEarlyData,
    peerCertificates,
    extendedMasterSecret: bound === 1,
  };
}

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

function versionOf(code: number): SessionVersion | undefined {
  if (code === VERSIONS.tls13) return 'TLS 1.3';
  return code === VERSIONS.tls12 ? 'TLS 1.2' : undefined;
}

function readCertificates(reader: Reader): PeerCertificate[] {
  const list = reader.vector(3, 'certificates');
  const certificates: PeerCertificate[] = [];
  while (list.remaining > 0) {
    const der = list.opaque(3, 'der', 1);
    const ocspResponse = list.opaque(3, 'ocsp_response');
    const scts: Uint8Array[] = [];
    const times = list.vector(2, 'scts');
    while (times.remaining > 0) scts.push(times.opaque(2, 'sct', 1));
    times.end();
    certificates.push({
      der,
      ...(ocspResponse.length > 0 && { ocspResponse }),
      ...(scts.length > 0 && { scts }),
    });
  }
  list.end();
  return certificates;
}

function nameOf(bytes: Uint8Array): string | undefined {
  return bytes.length === 0 ? undefined : toLatin1(bytes);
}

/** 48 bits of milliseconds: good for another 8,900 years. */
function time(writer: Writer, milliseconds: number): void {
  writer.u16(Math.floor(milliseconds / 2 ** 32)).u32(Math.floor(milliseconds) % 2 ** 32);
}

function readTime(reader: Reader): number {
  return reader.u16('time.high') * 2 ** 32 + reader.u32('time.low');
}
