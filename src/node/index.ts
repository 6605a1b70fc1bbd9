/**
 * TLS for Node: sockets and servers with the surface of node:tls over this package's own engine. Start at
 * {@link connect} and {@link createServer}. Nothing here but `trust/` and the sockets does I/O.
 */
export { type ConnectArguments, type ConnectOptions, connect } from './connect.ts';
export type { KeyInput, OneOrMany, PemOrDer } from './credentials.ts';
export type { CodedError } from './error.ts';
export { createHttp2Server, createHttpsServer, type HttpsAgentOptions, httpsAgent } from './http.ts';
export type { CipherInfo, DetailedCertificate } from './inspect.ts';
export type { AlpnProtocols, NameList } from './names.ts';
export { createSecureContext, SecureContext, type SecureContextOptions } from './secure-context.ts';
export { createServer, type SecureConnectionListener, Server, type ServerOptions } from './server.ts';
export type { SniAnswer, TLSSocketOptions } from './settings.ts';
export { type SingleUse, SingleUseMemory } from './single-use.ts';
export { TLSSocket } from './tls-socket.ts';
export * from './trust/index.ts';
