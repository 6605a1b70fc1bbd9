import type { HashName, PrivateKey, SchemeName } from '../crypto/index.ts';
import type { FatalAlertName } from './registry/alerts.ts';
import type { ExternalPsk } from './session/external-psk.ts';

/**
 * A certificate chain and its key, as one side presents them.
 */
export interface Credential {
  /** DER certificates, leaf first. */
  readonly chain: readonly Uint8Array[];
  /** The leaf's private key, or a stand-in whose signatures are asked for with a `sign` request. */
  readonly key: PrivateKey | RemoteKey;
  /** DNS names this credential is for, lower-case, `*.` wildcards allowed. Servers choose by them; absent means any. */
  readonly names?: readonly string[];
  /** A DER OCSPResponse to staple; `'ask'` raises a `staple` request for each peer that wants one. */
  readonly ocspResponse?: Uint8Array | 'ask';
  /** SignedCertificateTimestamps to send in the TLS extension. */
  readonly scts?: readonly Uint8Array[];
}

/** A private key that lives elsewhere. */
export interface RemoteKey {
  readonly remote: true;
  /** Schemes it can make, best first. */
  readonly schemes: readonly SchemeName[];
}

/** One certificate of a peer's chain with what came beside it. */
export interface PeerCertificate {
  readonly der: Uint8Array;
  readonly ocspResponse?: Uint8Array;
  readonly scts?: readonly Uint8Array[];
}

/** What a handshake needs of the peer's leaf. */
export interface PeerKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly digitalSignature: boolean;
  /** Absent means no. */
  readonly keyEncipherment?: boolean;
}

/** The answer to "is this chain acceptable?". */
export type Verdict =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly alert: FatalAlertName; readonly reason: string };

/** What a server may base its choice of credential on: a ClientHello, decoded. Code points are IANA's. */
export interface ClientHelloSummary {
  readonly serverName: string | undefined;
  readonly alpn: readonly string[];
  readonly cipherSuites: readonly number[];
  readonly groups: readonly number[];
  readonly signatureSchemes: readonly number[];
  readonly signatureSchemesCert: readonly number[];
  readonly certificateAuthorities: readonly Uint8Array[];
}

/** What a server goes on with, after a ClientHello. */
export interface ClientHelloAnswer {
  /** Chosen from as the configuration's are. */
  readonly credentials: readonly Credential[];
  /** Protocols to choose from in place of the configuration's; none declines ALPN. */
  readonly alpn?: readonly string[];
}

/** Names the client certificate a server asks for (RFC 8446 section 4.3.2). */
export interface CertificateRequestSummary {
  readonly signatureSchemes: readonly number[];
  readonly signatureSchemesCert: readonly number[];
  /** TLS 1.2: ClientCertificateType code points (RFC 5246 section 7.4.4). */
  readonly certificateTypes?: readonly number[];
  /** DER distinguished names. */
  readonly certificateAuthorities: readonly Uint8Array[];
  readonly oidFilters: readonly { readonly oid: Uint8Array; readonly values: Uint8Array }[];
}

/**
 * Everything that may take time leaves the engine as a request and returns as its answer; input is buffered in
 * between. Each entry is `[question, answer]`.
 */
export interface Requests {
  /** Server: which credential for this ClientHello? Asked only if the configuration says so. `null` refuses the name. */
  readonly client_hello: [ClientHelloSummary, Credential | ClientHelloAnswer | null];
  /**
   * The leaf's SubjectPublicKeyInfo and what its key usage allows: signatures, and RSA encryption, which only old suites
   * use (RFC 5246 section 7.4.2). `null` if the leaf does not parse.
   */
  readonly peer_key: [{ readonly leaf: Uint8Array }, PeerKey | null];
  /**
   * Is the chain acceptable? Asked after the peer proved possession of the leaf's key. `serverName` is the name a client
   * wanted to reach; a server has none to check.
   *
   * For a session that is being resumed it is the chain of its first handshake: is it acceptable still? A server that
   * is told no goes on with a full handshake; a client can only end the connection.
   */
  readonly verdict: [
    {
      readonly chain: readonly PeerCertificate[];
      readonly serverName: string | undefined;
      readonly resumed: boolean;
    },
    Verdict,
  ];
  /**
   * Client: which certificate for this request? Of several the first that fits is sent; `null`, and none that fits, sends
   * an empty Certificate. Asked only if configured.
   */
  readonly client_certificate: [CertificateRequestSummary, Credential | readonly Credential[] | null];
  /** The OCSP response for this credential's leaf, DER; `null` for none. Asked only if the credential says so. */
  readonly staple: [{ readonly credential: Credential }, Uint8Array | null];
  /** A signature with a {@link RemoteKey}; `null` if it could not be made. */
  readonly sign: [
    { readonly credential: Credential; readonly scheme: SchemeName; readonly data: Uint8Array },
    Uint8Array | null,
  ];
  /** Server: the state stored under this id, which a client wants to resume; `null` for none. Asked only if configured. */
  readonly find_session: [{ readonly id: Uint8Array }, Uint8Array | null];
  /** Server: the key from elsewhere by this identity, for suites with this hash; `null` for none. Asked only if configured. */
  readonly psk: [{ readonly identity: Uint8Array; readonly hash: HashName }, ExternalPsk | null];
  /**
   * Server: keep a state under its id until `until` (milliseconds since 1970). It is as secret as a key. False if that
   * can not be done: no ticket is sent. Asked only if configured.
   */
  readonly store_session: [{ readonly id: Uint8Array; readonly state: Uint8Array; readonly until: number }, boolean];
  /**
   * Server: may this ticket's 0-RTT data be taken? Only if no ticket with this id was asked for before, here or on any
   * server that takes the same tickets (RFC 8446 section 8.1). Until `until` (milliseconds since 1970) the id has to be
   * remembered; `issued` lets whoever has forgotten what was before a restart say no to older ones.
   */
  readonly early_data: [{ readonly id: Uint8Array; readonly issued: number; readonly until: number }, boolean];
}

/** The name of a request. */
export type RequestName = keyof Requests;

/** A question that waits for its answer: pass it to `answer` with a value of the matching type. */
export type Request = {
  readonly [N in RequestName]: { readonly name: N; readonly question: Requests[N][0] };
}[RequestName];

/** The answer that a request takes. */
export type AnswerTo<R extends Request> = Requests[R['name']][1];
