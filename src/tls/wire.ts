/**
 * The engine's registries and message forms, for those who look at bytes without a connection: the diagnosis and the
 * explanation. The public face is index.ts.
 */
export { alpn } from './extensions/alpn.ts';
export type { RawExtension } from './extensions/block.ts';
export { earlyData } from './extensions/early-data.ts';
export { keyShare } from './extensions/key-share.ts';
export { preSharedKey } from './extensions/pre-shared-key.ts';
export { sessionTicket } from './extensions/session-ticket.ts';
export { supportedVersions } from './extensions/supported-versions.ts';
export { type ClientHello, encodeClientHello } from './messages/client-hello.ts';
export { FieldTree } from './messages/field-tree.ts';
export { HandshakeBuffer } from './messages/frame.ts';
export { decodeMessage, type HandshakeName, type MessageOf } from './messages/message.ts';
export { encodeServerHello } from './messages/server-hello.ts';
export { encodeTls12Certificate } from './messages/tls12/certificate.ts';
export {
  decodeTls12Message,
  type Tls12Message,
} from './messages/tls12/message.ts';
export { encodeServerHelloDone } from './messages/tls12/server-hello-done.ts';
export {
  encodeServerKeyExchange,
  encodeServerKeyParams,
  type ServerKeyExchangeContext,
  type ServerKeyParams,
} from './messages/tls12/server-key-exchange.ts';
export { ALERTS, type AlertName, alertName, type FatalAlertName } from './registry/alerts.ts';
export { CERTIFICATE_COMPRESSION_ALGORITHMS } from './registry/certificate-compression.ts';
export { CIPHER_SUITES, type CipherSuiteName, cipherSuiteName } from './registry/cipher-suites.ts';
export { EXTENSION_TYPES, type ExtensionName } from './registry/extension-types.ts';
export { HANDSHAKE_TYPES } from './registry/handshake-types.ts';
export { keyExchangeOf } from './registry/key-exchange.ts';
export { GROUPS, groupName } from './registry/named-groups.ts';
export { SIGNATURE_SCHEMES, schemeName } from './registry/signature-schemes.ts';
export { VERSIONS, versionName } from './registry/versions.ts';
