import type { Allocator } from '../bytes/index.ts';
import type { CryptoProvider, GroupName, SchemeName } from '../crypto/index.ts';
import type { Trace } from './events.ts';
import type { Tls13SuiteName } from './registry/cipher-suites.ts';
import type { LegacyMeans, LegacySuiteName } from './registry/legacy-suites.ts';
import type { Tls12SuiteName } from './registry/tls12-suites.ts';
import type { VersionName } from './registry/versions.ts';
import type { Credential } from './requests.ts';
import type { ExternalPsk } from './session/external-psk.ts';
import type { Session } from './session/session.ts';
import type { SessionStore } from './session/session-store.ts';
import type { TicketSealer } from './session/ticket-keys.ts';

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
  /** Versions to speak; both by default. One that no cipher suite or scheme is left for is not spoken. */
  readonly versions?: readonly VersionName[];
  /**
   * Of both versions, in one list. By default what the provider has but CCM. Old suites need a client's `legacy` beside
   * their name; a server has none.
   */
  readonly cipherSuites?: readonly (Tls13SuiteName | Tls12SuiteName | LegacySuiteName)[];
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
  /** Bytes of content in an outgoing record, 64 to 16,384, for peers with little memory; the default is all of them. */
  readonly maxFragment?: number;
  /** Pads each outgoing record's plaintext to a multiple of this many bytes (RFC 8446 section 5.4). */
  readonly padTo?: number;
  /**
   * Records under one key before an automatic KeyUpdate, or before the end in TLS 1.2, which has none; lowered in tests,
   * never above the suite's own limit.
   */
  readonly keyUpdateAfter?: number;
  /** What a peer's chain may have; beyond it the connection ends. */
  readonly maxChain?: {
    /** 1 to 255. Default 16: as many as GnuTLS puts in order. */
    readonly certificates?: number;
    /** Their sum, 1 to 262,144. Default: what a Certificate message has room for here, 262,144. */
    readonly bytes?: number;
  };
  /**
   * Wishes of the peer to renegotiate that TLS 1.2 passes over, 0 to 32: it refuses them with a warning, and ignores a
   * HelloRequest while it is negotiating. The next one ends the connection. Default 4.
   */
  readonly maxRenegotiations?: number;
  /** Lets a pre-shared key be used without a key exchange (psk_ke): no forward secrecy. Default false. */
  readonly pskWithoutKeyExchange?: boolean;
  readonly trace?: Trace;
  /** Puts values into secret events. */
  readonly traceSecrets?: boolean;
  /** Receives lines of the NSS key log format, without a line end. Whoever holds them reads the connection. */
  readonly keyLog?: (line: string) => void;
}

/** The clock of sessions, in milliseconds since 1970: the engine has none of its own. */
export type Clock = () => number;

/** What a client does about sessions; it keeps none without. */
export interface ClientSessions {
  readonly now: Clock;
  /**
   * Offered to the server, if it is alive and for the same name. It holds the secret of one connection: offering it
   * twice lets observers link both (RFC 8446 appendix C.4). Judge its `peerCertificates` before: when the server has
   * taken it, a refusing verdict can only end the connection.
   */
  readonly resume?: Session;
  /**
   * Sent with the first ClientHello, at most the session's `maxEarlyData` bytes, if the session allows it. Whoever
   * recorded it can send it to the server again: only what does no harm twice (RFC 8446 section 8). `info.earlyData`
   * tells what became of it; what was rejected is not sent again by itself.
   */
  readonly earlyData?: Uint8Array;
}

/** What a server does about sessions; it issues no tickets and takes none without. */
export interface ServerSessions {
  readonly now: Clock;
  /** Seals sessions into tickets, or `'ask'`: `store_session` and `find_session` requests keep them with the host. */
  readonly tickets: TicketSealer | 'ask';
  /**
   * Beside sealed tickets: keeps the sessions of clients of TLS 1.2 that have no tickets, which go by an id. Default
   * none: such a client always has a full handshake.
   */
  readonly store?: SessionStore;
  /** TLS 1.2: a session that is resumed by a ticket gets a new one, as always in TLS 1.3. Default false. */
  readonly renewTickets?: boolean;
  /** Tickets after a full handshake, 0 to 8; a resumed one gets one, for the one it used up. Default 2. */
  readonly count?: number;
  /** Seconds, at most 7 days. Default 7,200. */
  readonly lifetime?: number;
  /** Tells apart services that share tickets: a session of one is none of the other's. At most 255 bytes. */
  readonly context?: Uint8Array;
  /** Takes 0-RTT data; each use of a ticket for it is asked for by an `early_data` request. Default: none. */
  readonly earlyData?: {
    /** Bytes per connection. */
    readonly max: number;
    /** Milliseconds that a ticket's age may differ from what the client says of it (RFC 8446 section 8.3). Default 10,000. */
    readonly window?: number;
  };
}

/** A client's configuration. */
export interface ClientConfig extends CommonConfig {
  readonly sessions?: ClientSessions;
  /**
   * Old means of TLS 1.2 that this client stoops to, each by its name, to reach or diagnose old devices: never for what is
   * worth protecting. The suites that need nothing else old are offered behind the others, unless `cipherSuites` names
   * which. Default none.
   */
  readonly legacy?: readonly LegacyMeans[];
  /** Keys that both ends have from elsewhere, offered behind the session's. */
  readonly psks?: readonly ExternalPsk[];
  /** Takes no server without one of the keys on offer: only TLS 1.3 is offered, and no certificate will do. Default false. */
  readonly requirePsk?: boolean;
  /** The name to send as server_name and to verify. Absent for IP addresses: they are never sent (RFC 6066 section 3). */
  readonly serverName?: string;
  /** Groups to send key shares for in the first ClientHello; default the first of `groups`. An empty list asks for a HelloRetryRequest. */
  readonly keyShares?: readonly GroupName[];
  /** Fills the session id and sends change_cipher_spec (RFC 8446 appendix D.4). Default true. */
  readonly middleboxCompatibility?: boolean;
  /** Answers requests for a certificate that come after the handshake (RFC 8446 section 4.6.2). Default false. */
  readonly postHandshakeAuth?: boolean;
  /** Offers values that are reserved for being ignored, so that peers do not forget how (RFC 8701). Default false. */
  readonly grease?: boolean;
  /** Sends the extensions in an order of chance, so that peers do not rely on one. Default false. */
  readonly permuteExtensions?: boolean;
  /**
   * Bytes that a ClientHello message has at least, by padding (RFC 7685); at most 16,384. 512 helps with peers that hang
   * on 256 to 511. Default 0.
   */
  readonly padHelloTo?: number;
  /**
   * Says that an attempt at a newer version failed before (RFC 7507): a server that speaks it after all ends the
   * connection, for then somebody meddled. Default false.
   */
  readonly fallbackScsv?: boolean;
  /** Ends a connection of TLS 1.2 with a server that does not know RFC 5746, as its section 4.1 advises. Default false. */
  readonly requireSecureRenegotiation?: boolean;
  /** Ask for a stapled OCSP response. Default true. */
  readonly requestOcsp?: boolean;
  /** Ask for SignedCertificateTimestamps. Default true. */
  readonly requestScts?: boolean;
  /** Sent when the server asks for a certificate and it fits the request; `'ask'` raises a `client_certificate` request. */
  readonly credential?: Credential | 'ask';
  /**
   * Ends the handshake when the server asks for a certificate and takes none of those that there are, instead of going
   * on without one (RFC 8446 section 4.4.2). Default false.
   */
  readonly requireCredential?: boolean;
}

/** A server's configuration. */
export interface ServerConfig extends CommonConfig {
  readonly sessions?: ServerSessions;
  /** Keys that both ends have from elsewhere; `'ask'` raises a `psk` request for each that is offered. */
  readonly psks?: readonly ExternalPsk[] | 'ask';
  /**
   * Chosen from by server name, then signature scheme; the first that fits. `'ask'` raises a `client_hello` request.
   * May be empty where there are `psks`.
   */
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
