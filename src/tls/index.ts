/**
 * The TLS engine: sans-I/O, without clock, sockets or globals. Start at {@link TlsConnection}; what it tells about
 * itself are {@link TlsEvent}s, what it asks are {@link Request}s, how it fails is {@link TlsError}.
 */
export type {
  CertificateCompression,
  ClientConfig,
  ClientSessions,
  Clock,
  CommonConfig,
  ServerConfig,
  ServerSessions,
} from './config.ts';
export { TlsConnection } from './connection.ts';
export { type Fault, TlsError, type TlsErrorCode, type TlsErrorInit } from './error.ts';
export type * from './events.ts';
export type { ConnectionInfo } from './info.ts';
export type { Field } from './messages/field-tree.ts';
export { type QuicClientConfig, QuicHandshake, type QuicOutput, type QuicServerConfig } from './quic.ts';
export { LEGACY_MEANS, type LegacyMeans, type LegacySuiteName } from './registry/legacy-suites.ts';
export type * from './requests.ts';
export { type ExternalPsk, importPsk, type PskHash } from './session/external-psk.ts';
export {
  decodeSession,
  encodeSession,
  MAX_LIFETIME,
  type Session,
  type SessionState,
  type SessionVersion,
} from './session/session.ts';
export { SessionMemory, type SessionStore } from './session/session-store.ts';
export { type TicketKey, TicketKeys, type TicketSealer } from './session/ticket-keys.ts';
