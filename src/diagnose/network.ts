import type {
  ChainObservation,
  DnsRecords,
  ExchangeObservation,
  FetchObservation,
  HttpObservation,
  KeyProofObservation,
  TcpObservation,
  TlsObservation,
} from './observations.ts';
import type { Change } from './probes/change.ts';
import type { Flight } from './probes/flight.ts';
import type { HandshakeChangeId } from './probes/handshake-change.ts';
import type { ProbeInput } from './probes/input.ts';

/** Finds the addresses of a name. */
export interface Resolver {
  /** `system` or `udp://IP:PORT`. */
  readonly name: string;
  /** Never rejects: what goes wrong is a status. @param timeout milliseconds */
  resolve(name: string, families: readonly (4 | 6)[], timeout: number): Promise<readonly DnsRecords[]>;
}

/** One connection to open. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** Its number in the run. */
  readonly connection: number;
  /** Milliseconds for each step. */
  readonly timeout: number;
}

/** A whole handshake, and a request after it. */
export interface HandshakeRequest extends Endpoint {
  readonly input: ProbeInput;
  /** Whom the peer must be. */
  readonly identity: string;
  /** Epoch milliseconds that certificates are judged at. */
  readonly clock: number;
  /** What to request when the handshake is complete; absent for nothing. */
  readonly http?: HttpRequest;
  /** The change that it is made for, where it is a probe. */
  readonly change?: HandshakeChangeId;
  /**
   * Offers a session that an earlier connection to the same address left, each once; those of `from` before the others.
   * `earlyData` sends 0-RTT data with it that asks for nothing but `HEAD /`.
   */
  readonly session?: { readonly from: number; readonly earlyData: boolean };
  /** Waits a little for tickets where nothing is requested: they come after the handshake (RFC 8446 section 4.6.1). */
  readonly awaitsTickets?: true;
  /**
   * Completes the handshake whatever the verdict on the chain is, to ask an unauthenticated peer for the time. No client
   * certificate goes with it, and no request but a HEAD of `/`.
   */
  readonly acceptsAnyChain?: true;
}

/** A request after a handshake. */
export interface HttpRequest {
  readonly method: 'HEAD' | 'GET';
  readonly host: string;
  readonly path: string;
  /** Milliseconds to wait where the server did not promise HTTP by ALPN. */
  readonly patience: number;
}

/** Bytes to send, and the first answer to wait for. */
export interface ExchangeRequest extends Endpoint {
  readonly change: Change;
  readonly bytes: Uint8Array;
}

/** A certificate to fetch. */
export interface FetchRequest extends Pick<Endpoint, 'connection' | 'timeout'> {
  readonly url: string;
  readonly families: readonly (4 | 6)[];
  /** The address of the peer whose certificate names the URL: what it may lead to depends on it. */
  readonly peer: string;
}

/** Certificates to judge. */
export interface ChainRequest {
  /** The connection that they came over. */
  readonly connection: number;
  /** DER, as sent, the leaf first. */
  readonly sent: readonly Uint8Array[];
  /** What was fetched for them. */
  readonly fetched?: readonly FetchObservation[];
  /** Whom the peer must be. */
  readonly identity: string;
  /** Epoch milliseconds that they are judged at. */
  readonly clock: number;
}

/** A flight whose signature is to be checked. */
export interface KeyProofRequest {
  /** The connection that it came over. */
  readonly connection: number;
  /** The ClientHello that it answers, header included. */
  readonly hello: Uint8Array;
  readonly flight: Flight;
}

/**
 * The only way out: everything that a check does to the network. Implementations never reject for anything that a peer
 * or the network does, number nothing themselves, and open at most one connection for a call.
 */
export interface Network {
  /** Milliseconds since the run began. */
  now(): number;
  readonly resolver: Resolver;
  handshake(
    request: HandshakeRequest,
  ): Promise<readonly (TcpObservation | TlsObservation | ChainObservation | HttpObservation)[]>;
  exchange(request: ExchangeRequest): Promise<readonly (TcpObservation | ExchangeObservation)[]>;
  /** Fetches over HTTP without TLS, follows no redirect, and goes nowhere where the peer might only want it sent. */
  fetch(request: FetchRequest): Promise<readonly (TcpObservation | FetchObservation)[]>;
  /** Judges by the trusted roots, which are not the diagnosis's to know. Opens nothing. */
  judge(request: ChainRequest): ChainObservation;
  /** Checks what a server signed. Opens nothing. */
  proveKey(request: KeyProofRequest): KeyProofObservation;
}

/** Told what happens while it happens. */
export type Progress = (doing: string) => void;
