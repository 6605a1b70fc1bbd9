import type { GroupName } from '../../../crypto/index.ts';
import type { Offer } from '../../hello/offer.ts';
import type { PeerAuthenticated, UnverifiedPeer } from '../../negotiate/peer.ts';
import type { CertificateRequestSummary } from '../../requests.ts';
import type { ClientStateOf as Tls13StateOf } from '../../tls13/client/state.ts';
import type { Connected } from '../connected.ts';
import type { Agreed, Secrets } from '../secrets.ts';

/** The server's ephemeral key, which it has signed. */
export interface ServerKey {
  readonly group: GroupName;
  readonly publicKey: Uint8Array;
}

interface AfterHello {
  readonly offer: Offer;
  readonly agreed: Agreed;
}

interface Authenticated extends AfterHello {
  readonly peer: PeerAuthenticated;
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
  | ({ readonly name: 'WAIT_SKE'; readonly peer: UnverifiedPeer } & AfterHello)
  | ({ readonly name: 'WAIT_CR_SHD' } & Authenticated)
  | ({
      readonly name: 'WAIT_SHD';
      readonly request: CertificateRequestSummary;
      readonly certificateTypes: readonly number[];
    } & Authenticated)
  | { readonly name: 'WAIT_FINISHED'; readonly peer: PeerAuthenticated; readonly secrets: Secrets }
  | Connected;

/** One state of the client, by name. */
export type ClientStateOf<N extends ClientState['name']> = Extract<ClientState, { readonly name: N }>;
