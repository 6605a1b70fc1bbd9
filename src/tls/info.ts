import type { GroupName, SchemeName } from '../crypto/index.ts';
import type { Tls13SuiteName } from './registry/cipher-suites.ts';
import type { LegacySuiteName } from './registry/legacy-suites.ts';
import type { Tls12SuiteName } from './registry/tls12-suites.ts';
import type { VersionName } from './registry/versions.ts';
import type { CertificateRequestSummary, PeerCertificate } from './requests.ts';

/** What a handshake has negotiated so far. Members appear as they become known. */
export interface ConnectionInfo {
  version?: VersionName;
  cipherSuite?: Tls13SuiteName | Tls12SuiteName | LegacySuiteName;
  group?: GroupName;
  /** The peer's CertificateVerify or ServerKeyExchange. */
  peerSignatureScheme?: SchemeName;
  /** Ours. */
  signatureScheme?: SchemeName;
  /** verify_data of our latest Finished. TLS 1.2's channel bindings are made of these two (RFC 5929 section 3). */
  finished?: Uint8Array;
  /** The peer's. */
  peerFinished?: Uint8Array;
  alpn?: string;
  /** As offered by the client. */
  serverName?: string;
  /** Whether the server acknowledged the name. */
  serverNameAcknowledged?: boolean;
  helloRetryRequest?: boolean;
  /** The chain that this side showed, DER, leaf first. */
  certificates?: readonly Uint8Array[];
  peerCertificates?: readonly PeerCertificate[];
  /** CertificateCompressionAlgorithm that the peer's chain came by, if it came compressed (RFC 8879). */
  peerCertificateCompression?: number;
  /** Whether a session is resumed: the certificates are those of its handshake. */
  resumed?: boolean;
  /** The identity of the external key in use. */
  pskIdentity?: Uint8Array;
  /** What became of the 0-RTT data that a client offered; `offered` until the server has told. */
  earlyData?: 'offered' | 'accepted' | 'rejected';
  /** Servers: milliseconds by which the client has the ticket older than this clock does; less than 0 for younger. */
  ticketAgeSkew?: number;
  /** The server asked this client for a certificate. */
  certificateRequest?: CertificateRequestSummary;
  /** The peer's, over QUIC; authentic once the handshake is complete (RFC 9001 section 8.2). */
  peerTransportParameters?: Uint8Array;
  /** Largest plaintext the peer accepts, if it said so (RFC 8449). */
  peerRecordSizeLimit?: number;
  /** TLS 1.2: the master secret is bound to the handshake (RFC 7627). */
  extendedMasterSecret?: boolean;
  /** TLS 1.2 in CBC mode: the MAC covers the ciphertext (RFC 7366). */
  encryptThenMac?: boolean;
  /** TLS 1.2: the peer knows RFC 5746. Renegotiation is refused in any case. */
  secureRenegotiation?: boolean;
}
