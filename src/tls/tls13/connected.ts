import type { Clock } from '../config.ts';
import type { ResumptionSecret, TrafficSecret } from '../key-schedule/tls13.ts';

/** How a client makes sessions of tickets. */
export interface TicketReceiver {
  readonly now: Clock;
  readonly secret: ResumptionSecret;
  /** When the server last showed its certificate. */
  readonly authenticated: number;
}

/** CONNECTED of both machines: application data flows. */
export interface Connected {
  readonly name: 'CONNECTED';
  /** application_traffic_secret_N of the peer. */
  readonly readSecret: TrafficSecret;
  /** N. */
  readonly readGeneration: number;
  /** Clients: what the keys of this connection's tickets come from, if it keeps sessions. */
  readonly resumption: TicketReceiver | undefined;
}
