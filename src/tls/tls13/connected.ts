import type { Clock } from '../config.ts';
import type { Offer } from '../hello/offer.ts';
import type { ResumptionSecret, TrafficSecret } from '../key-schedule/tls13.ts';
import type { Transcript } from '../key-schedule/transcript.ts';

/** How a client makes sessions of tickets. */
export interface TicketReceiver {
  readonly now: Clock;
  readonly secret: ResumptionSecret;
  /** When the server last showed its certificate. */
  readonly authenticated: number;
}

/** What a client needs to authenticate after the handshake. */
interface PostHandshake {
  readonly offer: Offer;
  /** Stands at our Finished, and stays there (RFC 8446 section 4.4). */
  readonly transcript: Transcript;
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
  /** Clients: what answers to later requests for a certificate are made from, if it offered to give them. */
  readonly postHandshake: PostHandshake | undefined;
}
