import type { TrafficSecret } from '../key-schedule/tls13.ts';

/** CONNECTED of both machines: application data flows. */
export interface Connected {
  readonly name: 'CONNECTED';
  /** application_traffic_secret_N of the peer. */
  readonly readSecret: TrafficSecret;
  /** N. */
  readonly readGeneration: number;
}
