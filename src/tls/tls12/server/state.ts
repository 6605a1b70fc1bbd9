import type { EphemeralShare } from '../../../crypto/index.ts';
import type { PeerAuthenticated, UnverifiedPeer } from '../../negotiate/peer.ts';
import type { ServerSetup } from '../../negotiate/server-setup.ts';
import type { ServerStateOf as Tls13StateOf } from '../../tls13/server/state.ts';
import type { Connected } from '../connected.ts';
import type { Agreed, Secrets } from '../secrets.ts';
import type { SessionPlan } from './sessions.ts';

interface AfterHello {
  readonly setup: ServerSetup;
  readonly agreed: Agreed;
  /** Our half of the key exchange. */
  readonly ephemeral: EphemeralShare;
  readonly plan: SessionPlan | undefined;
}

/** What is known when only the client's Finished is missing. */
interface Finishing {
  readonly agreed: Agreed;
  readonly secrets: Secrets;
  readonly plan: SessionPlan | undefined;
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
  | ({ readonly name: 'WAIT_CV'; readonly setup: ServerSetup; readonly peer: UnverifiedPeer } & Finishing)
  | ({ readonly name: 'WAIT_FINISHED'; readonly peer: PeerAuthenticated | 'anonymous' | 'resumed' } & Finishing)
  | Connected;

/** One state of the server, by name. */
export type ServerStateOf<N extends ServerState['name']> = Extract<ServerState, { readonly name: N }>;
