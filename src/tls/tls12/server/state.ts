import type { EphemeralShare } from '../../../crypto/index.ts';
import type { PeerAuthenticated, UnverifiedPeer } from '../../negotiate/peer.ts';
import type { ServerSetup } from '../../negotiate/server-setup.ts';
import type { ServerStateOf as Tls13StateOf } from '../../tls13/server/state.ts';
import type { Connected } from '../connected.ts';
import type { Agreed, Secrets } from '../secrets.ts';

interface AfterHello {
  readonly setup: ServerSetup;
  readonly agreed: Agreed;
  /** Our half of the key exchange. */
  readonly ephemeral: EphemeralShare;
}

/** What each state of the server holds, and nothing more. */
export type ServerState =
  | Tls13StateOf<'START'>
  | ({ readonly name: 'WAIT_CERT' } & AfterHello)
  | ({
      readonly name: 'WAIT_CKE';
      /** A client may stay anonymous where no certificate is required. */
      readonly peer: UnverifiedPeer | 'anonymous';
    } & AfterHello)
  | { readonly name: 'WAIT_CV'; readonly setup: ServerSetup; readonly secrets: Secrets; readonly peer: UnverifiedPeer }
  | { readonly name: 'WAIT_FINISHED'; readonly secrets: Secrets; readonly peer: PeerAuthenticated | 'anonymous' }
  | Connected;

/** One state of the server, by name. */
export type ServerStateOf<N extends ServerState['name']> = Extract<ServerState, { readonly name: N }>;
