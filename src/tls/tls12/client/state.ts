import type { Offer } from '../../hello/offer.ts';
import type { PeerAuthenticated, UnverifiedPeer } from '../../negotiate/peer.ts';
import type { CertificateRequestSummary } from '../../requests.ts';
import type { Session } from '../../session/session.ts';
import type { ClientStateOf as Tls13StateOf } from '../../tls13/client/state.ts';
import type { Connected } from '../connected.ts';
import type { Agreed, Secrets } from '../secrets.ts';
import type { ServerKey } from './key-exchange.ts';

interface AfterHello {
  readonly offer: Offer;
  readonly agreed: ClientAgreed;
}

/** What the ServerHello said of the session to come. */
export interface ClientAgreed extends Agreed {
  /** Empty where the server keeps none. */
  readonly sessionId: Uint8Array;
  /** Whether a NewSessionTicket will come. */
  readonly hasTicket: boolean;
}

/** What is known when only the server's last flight is missing. */
interface Finishing {
  readonly offer: Offer;
  readonly agreed: ClientAgreed;
  readonly secrets: Secrets;
  /**
   * Who the server is; for a session that is resumed, that session. That it can decrypt by its key its Finished will show.
   */
  readonly peer: PeerAuthenticated | UnverifiedPeer | Session;
}

/** What the next session goes by, beside its id. */
interface Ticket {
  readonly ticket: Uint8Array;
  /** Seconds; 0 where the server leaves it open. */
  readonly lifetimeHint: number;
}

interface KeyKnown extends AfterHello {
  /** Not yet verified where it has signed nothing (RFC 5246 section 7.4.7.1). */
  readonly peer: PeerAuthenticated | UnverifiedPeer;
  readonly serverKey: ServerKey;
}

/** What each state of the client holds, and nothing more. */
export type ClientState =
  | Tls13StateOf<'WAIT_SH'>
  | ({
      readonly name: 'WAIT_CERT';
      /** Whether a CertificateStatus may come. */
      readonly mayHaveStatus: boolean;
      readonly scts: readonly Uint8Array[] | undefined;
    } & AfterHello)
  | ({ readonly name: 'WAIT_STATUS_SKE'; readonly peer: UnverifiedPeer } & AfterHello)
  | ({ readonly name: 'WAIT_STATUS_CR_SHD' } & KeyKnown & { readonly peer: UnverifiedPeer })
  | ({ readonly name: 'WAIT_SKE'; readonly peer: UnverifiedPeer } & AfterHello)
  | ({ readonly name: 'WAIT_CR_SHD' } & KeyKnown)
  | ({
      readonly name: 'WAIT_SHD';
      readonly request: CertificateRequestSummary;
      readonly certificateTypes: readonly number[];
    } & KeyKnown)
  | ({ readonly name: 'WAIT_TICKET' } & Finishing)
  | ({ readonly name: 'WAIT_FINISHED'; readonly ticket: Ticket } & Finishing)
  | Connected;

/** One state of the client, by name. */
export type ClientStateOf<N extends ClientState['name']> = Extract<ClientState, { readonly name: N }>;
