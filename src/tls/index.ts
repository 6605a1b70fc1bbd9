/**
 * The TLS engine: sans-I/O, without clock, sockets or globals. Start at {@link TlsConnection}; what it tells about
 * itself are {@link TlsEvent}s, what it asks are {@link Request}s, how it fails is {@link TlsError}.
 */
export type { CertificateCompression, ClientConfig, CommonConfig, ServerConfig } from './config.ts';
export { TlsConnection } from './connection.ts';
export { type Fault, TlsError, type TlsErrorCode, type TlsErrorInit } from './error.ts';
export type * from './events.ts';
export type { ConnectionInfo } from './info.ts';
export type { Field } from './messages/field-tree.ts';
export type * from './requests.ts';
