import type {
  ChainObservation,
  DnsRecords,
  ExchangeObservation,
  HttpObservation,
  TcpObservation,
  TlsObservation,
} from './observations.ts';
import type { Change } from './probes/change.ts';
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
  readonly http?: { readonly method: 'HEAD' | 'GET'; readonly host: string; readonly path: string };
}

/** Bytes to send, and the first answer to wait for. */
export interface ExchangeRequest extends Endpoint {
  readonly change: Change;
  readonly bytes: Uint8Array;
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
}

/** Told what happens while it happens. */
export type Progress = (doing: string) => void;
