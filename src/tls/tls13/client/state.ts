import type { Offer } from '../../hello/offer.ts';
import type { OfferedPsk } from '../../hello/offered-psks.ts';
import type { PeerAuthenticated, UnverifiedPeer } from '../../negotiate/peer.ts';
import type { Tls13Suite } from '../../registry/cipher-suites.ts';
import type { CertificateRequestSummary } from '../../requests.ts';
import type { CertificateWishes } from '../authentication.ts';
import type { Connected } from '../connected.ts';
import type { PskInUse } from '../psk.ts';
import type { HandshakeSecrets } from '../secrets.ts';

/** The server's wish for a certificate and the context to repeat. */
export interface ReceivedCertificateRequest {
  readonly context: Uint8Array;
  readonly summary: CertificateRequestSummary;
  /** How our certificate may come. */
  readonly wishes: CertificateWishes;
}

interface AfterHello {
  readonly offer: Offer;
  readonly secrets: HandshakeSecrets;
}

interface MayHaveRequest {
  readonly request: ReceivedCertificateRequest | undefined;
}

/** What each state of the client holds, and nothing more. */
export type ClientState =
  | {
      readonly name: 'WAIT_SH';
      readonly offer: Offer;
      /** Set after a HelloRetryRequest: its suite is binding. */
      readonly retried: Tls13Suite | undefined;
    }
  | ({
      readonly name: 'WAIT_EE';
      /** The pre-shared key in use. */
      readonly resumed: { readonly psk: OfferedPsk; readonly proof: PskInUse } | undefined;
      /** 0-RTT data went out under it, and the server has yet to say whether it takes it. */
      readonly earlyData: boolean;
    } & AfterHello)
  | ({ readonly name: 'WAIT_CERT_CR' } & AfterHello)
  | ({ readonly name: 'WAIT_CERT'; readonly request: ReceivedCertificateRequest } & AfterHello)
  | ({ readonly name: 'WAIT_CV'; readonly peer: UnverifiedPeer } & AfterHello & MayHaveRequest)
  | ({
      readonly name: 'WAIT_FINISHED';
      readonly peer: PeerAuthenticated;
      readonly psk: OfferedPsk | undefined;
      /** The server takes our 0-RTT data: EndOfEarlyData ends it (RFC 8446 section 4.5). */
      readonly earlyData: boolean;
    } & AfterHello &
      MayHaveRequest)
  | Connected;

/** One state of the client, by name. */
export type ClientStateOf<N extends ClientState['name']> = Extract<ClientState, { readonly name: N }>;
