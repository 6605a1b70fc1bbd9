import type { Allocator } from '../bytes/index.ts';
import type { CryptoProvider, GroupName, SchemeName } from '../crypto/index.ts';
import type { Trace } from './events.ts';
import type { Tls13SuiteName } from './registry/cipher-suites.ts';
import type { Credential } from './requests.ts';

/** An algorithm that certificates may travel compressed by (RFC 8879). The engine has none: the host brings them. */
export interface CertificateCompression {
  /** CertificateCompressionAlgorithm code point: zlib 1, brotli 2, zstd 3. */
  readonly algorithm: number;
  /** Compresses what this side sends; it is asked in every handshake, so remember what was asked before. */
  readonly compress: (data: Uint8Array) => Uint8Array;
  /**
   * Decompresses what a peer sent.
   * @param length bytes that the result has to have: stop at the first beyond.
   * @returns `null` for what does not decompress; an exception says the same.
   */
  readonly decompress: (data: Uint8Array, length: number) => Uint8Array | null;
}

/** What both roles configure. Lists are in order of preference; absent lists mean what the provider has. */
export interface CommonConfig {
  readonly crypto: CryptoProvider;
  /** Makes output buffers; the host may have a faster one than `new Uint8Array`. */
  readonly allocate?: Allocator;
  readonly cipherSuites?: readonly Tls13SuiteName[];
  readonly groups?: readonly GroupName[];
  /** Schemes accepted in the peer's CertificateVerify, and in its chain unless told apart. */
  readonly signatureSchemes?: readonly SchemeName[];
  /** Schemes accepted in the peer's chain, sent as signature_algorithms_cert (RFC 8446 section 4.2.3). */
  readonly signatureSchemesCert?: readonly SchemeName[];
  /** Application protocols by their registered ids (RFC 7301), at most 255 bytes each, ASCII. */
  readonly alpn?: readonly string[];
  /** Algorithms for the Certificates of both sides, in order of preference. Default none: nothing is compressed. */
  readonly certificateCompression?: readonly CertificateCompression[];
  /** Largest plaintext this side wants to receive, 64 to 16,385 bytes with the content type (RFC 8449). */
  readonly recordSizeLimit?: number;
  /** Pads each outgoing record's plaintext to a multiple of this many bytes (RFC 8446 section 5.4). */
  readonly padTo?: number;
  /** Records under one key before an automatic KeyUpdate; lowered in tests, never above the suite's own limit. */
  readonly keyUpdateAfter?: number;
  readonly trace?: Trace;
  /** Puts values into secret events. */
  readonly traceSecrets?: boolean;
  /** Receives lines of the NSS key log format, without a line end. Whoever holds them reads the connection. */
  readonly keyLog?: (line: string) => void;
}

/** A client's configuration. */
export interface ClientConfig extends CommonConfig {
  /** The name to send as server_name and to verify. Absent for IP addresses: they are never sent (RFC 6066 section 3). */
  readonly serverName?: string;
  /** Groups to send key shares for in the first ClientHello; default the first of `groups`. An empty list asks for a HelloRetryRequest. */
  readonly keyShares?: readonly GroupName[];
  /** Fills the session id and sends change_cipher_spec (RFC 8446 appendix D.4). Default true. */
  readonly middleboxCompatibility?: boolean;
  /** Ask for a stapled OCSP response. Default true. */
  readonly requestOcsp?: boolean;
  /** Ask for SignedCertificateTimestamps. Default true. */
  readonly requestScts?: boolean;
  /** Sent when the server asks for a certificate and it fits the request; `'ask'` raises a `client_certificate` request. */
  readonly credential?: Credential | 'ask';
}

/** A server's configuration. */
export interface ServerConfig extends CommonConfig {
  /** Chosen from by server name, then signature scheme; the first that fits. `'ask'` raises a `client_hello` request. */
  readonly credentials: readonly Credential[] | 'ask';
  /** `request` takes an empty answer, `require` does not. Default `none`. */
  readonly clientCertificate?: 'none' | 'request' | 'require';
  /** DER names of the authorities to put into the CertificateRequest. */
  readonly certificateAuthorities?: readonly Uint8Array[];
  /** Refuse a client whose name no credential is for (unrecognized_name) instead of using the first. Default false. */
  readonly rejectUnknownName?: boolean;
  /** Choose among common suites and groups in the server's order. Default true. */
  readonly serverPreference?: boolean;
  /** Send a cookie with a HelloRetryRequest and insist on its return. Default true. */
  readonly cookie?: boolean;
}
