/**
 * What a run saw. Observations are facts: nothing here judges. Times are milliseconds since the run began, bytes are
 * as they crossed, and everything survives JSON (run-json.ts), so that a saved run is judged again without a network.
 */
import type { Span } from '../bytes/index.ts';
import type { StampedEvent } from '../explain/index.ts';
import type { FindingCode } from './finding.ts';
import type { ChangeId } from './probes/change.ts';
import type { HandshakeChangeId } from './probes/handshake-change.ts';
import type { ProbeInput } from './probes/input.ts';
import type { KeyProof } from './probes/key-proof.ts';

/**
 * What a resolver said of one record type. `not_found` is "no such name or no such record": the system's resolver does
 * not tell them apart.
 */
export type DnsStatus =
  | 'answer'
  | 'nxdomain'
  | 'nodata'
  | 'not_found'
  | 'servfail'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'failed';

/** The answer for one record type. */
export interface DnsRecords {
  readonly type: 'A' | 'AAAA';
  readonly status: DnsStatus;
  readonly addresses: readonly string[];
  /** The code that the resolver's library gave. */
  readonly detail?: string;
}

/** A name was looked up. */
export interface DnsObservation {
  readonly kind: 'dns';
  readonly at: number;
  readonly took: number;
  readonly name: string;
  /** `system` or `udp://IP:PORT`. */
  readonly resolver: string;
  readonly records: readonly DnsRecords[];
}

/**
 * How a TCP connection attempt ended. `no_route` is a failure of this machine (it has no way to that family),
 * `denied` its own firewall; `unreachable` was said by the network.
 */
export type TcpStatus =
  | 'connected'
  | 'refused'
  | 'timeout'
  | 'reset'
  | 'unreachable'
  | 'no_route'
  | 'denied'
  | 'failed';

/** A TCP connection was tried. Connections are numbered from 1 in the order they were opened. */
export interface TcpObservation {
  readonly kind: 'tcp';
  readonly connection: number;
  readonly at: number;
  readonly took: number;
  readonly address: string;
  readonly port: number;
  readonly status: TcpStatus;
  readonly detail?: string;
  /** The change of the handshake that it was opened for, where that is a probe. */
  readonly change?: HandshakeChangeId;
}

/** How the byte stream stood when it was over; `unconnected` for a probe that got no connection. */
export type TransportEnd = 'open' | 'closed' | 'reset' | 'timeout' | 'unconnected';

/** A TlsError as data. */
export interface ObservedError {
  readonly code: string;
  readonly fault: string;
  readonly message: string;
  readonly spec: string;
  /** The message and the bytes in it that broke the rule. */
  readonly evidence?: { readonly messageType: string; readonly span: Span };
}

/** A handshake was tried on a TCP connection. */
export interface TlsObservation {
  readonly kind: 'tls';
  readonly connection: number;
  readonly at: number;
  /** Until the handshake was complete or had failed. */
  readonly took: number;
  readonly input: ProbeInput;
  readonly end: TransportEnd;
  readonly error?: ObservedError;
  /** Bytes on the wire in each direction. */
  readonly sent: number;
  readonly received: number;
  /** The first bytes received, at most 256. */
  readonly first: Uint8Array;
  readonly events: readonly StampedEvent[];
}

/** A certificate of a path, as far as a screen needs it. */
export interface PathCertificate {
  readonly name: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Its place among those sent. */
  readonly sent?: number;
  /** Which fetch gave it, where it was not sent: the connection, and the place among what it gave. */
  readonly fetched?: { readonly connection: number; readonly index: number };
  /** DER, where only the trust store has it: no other observation does. */
  readonly anchor?: Uint8Array;
}

/** Something wrong with a chain, as the validation says it. */
export interface ChainProblem {
  readonly code: FindingCode;
  /** Place in the path. */
  readonly depth?: number;
  /** Place among the certificates sent. */
  readonly sent?: number;
  /** Offsets in that certificate's DER. */
  readonly span?: Span;
  readonly message: string;
  readonly spec: string;
  readonly caIssuers?: readonly string[];
  readonly presented?: readonly { readonly text: string; readonly span: Span }[];
  readonly nearMisses?: readonly { readonly text: string; readonly reason: string }[];
}

/** A chain was judged. */
export interface ChainObservation {
  readonly kind: 'chain';
  readonly connection: number;
  /** Epoch milliseconds that validity was judged at. */
  readonly time: number;
  /** Whom the peer must be. */
  readonly identity: string;
  /** The connections of the fetches whose certificates were added to those sent; absent where it was judged as sent. */
  readonly fetched?: readonly number[];
  readonly trusted: boolean;
  readonly anchored: boolean;
  readonly path: readonly PathCertificate[];
  readonly problems: readonly ChainProblem[];
}

/** A request was sent over a connection with a complete handshake. */
export interface HttpObservation {
  readonly kind: 'http';
  readonly connection: number;
  readonly at: number;
  readonly took: number;
  readonly protocol: 'h2' | 'http/1.1';
  readonly method: string;
  readonly path: string;
  readonly status?: number;
  /** The few that a check reads, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** A sentence of a known error page that stands in the answer; nothing else of a body is kept. */
  readonly says?: string;
  /** Why there is no status. */
  readonly error?: string;
}

/**
 * How fetching a certificate ended: `redirect` leads to `location`; `forbidden` was not tried, because it must not be;
 * `no_address` is what the resolver said; `unreachable` what the connection; `failed` what HTTP did.
 */
export type FetchStatus = 'found' | 'redirect' | 'forbidden' | 'no_address' | 'unreachable' | 'failed' | 'unusable';

/** An issuer's certificate was asked for where a certificate says that it is published (RFC 5280 section 4.2.2.1). */
export interface FetchObservation {
  readonly kind: 'fetch';
  /** Absent where none was opened. */
  readonly connection?: number;
  readonly at: number;
  readonly took: number;
  /** As the certificate or the redirect before has it: hostile. */
  readonly url: string;
  readonly status: FetchStatus;
  /** Where it leads, absolute. */
  readonly location?: string;
  /** Why there is nothing, in a few words. */
  readonly detail?: string;
  /** DER. */
  readonly certificates: readonly Uint8Array[];
}

/** Bytes were sent on a connection of their own and the answer's first bytes kept: a probe. */
export interface ExchangeObservation {
  readonly kind: 'exchange';
  readonly connection: number;
  readonly at: number;
  readonly took: number;
  readonly address: string;
  readonly port: number;
  readonly change: ChangeId;
  readonly sent: Uint8Array;
  readonly received: Uint8Array;
  /** `open` when what was waited for came. */
  readonly end: TransportEnd;
}

/** Whether the server of a flight that was read has the key of its certificate, by what it signed. */
export interface KeyProofObservation extends KeyProof {
  readonly kind: 'key_proof';
  readonly connection: number;
}

/** Anything that a run saw. */
export type Observation =
  | DnsObservation
  | TcpObservation
  | TlsObservation
  | ChainObservation
  | HttpObservation
  | FetchObservation
  | ExchangeObservation
  | KeyProofObservation;
