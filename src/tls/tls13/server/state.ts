import type { GroupName } from '../../../crypto/index.ts';
import type { ClientHello } from '../../messages/client-hello.ts';
import type { PeerAuthenticated, UnverifiedPeer } from '../../negotiate/peer.ts';
import type { ServerSetup } from '../../negotiate/server-setup.ts';
import type { Tls13Suite } from '../../registry/cipher-suites.ts';
import type { Connected } from '../connected.ts';
import type { ApplicationSecrets, HandshakeSecrets } from '../secrets.ts';
import type { TicketPlan } from './tickets.ts';

/** What a HelloRetryRequest fixed, to hold the second ClientHello to (RFC 8446 section 4.1.2). */
interface Retry {
  readonly first: ClientHello;
  readonly suite: Tls13Suite;
  readonly group: GroupName;
  readonly cookie: Uint8Array | undefined;
}

interface Secrets {
  readonly secrets: HandshakeSecrets;
  readonly application: ApplicationSecrets;
  /** Issued when the client has finished. */
  readonly tickets: TicketPlan | undefined;
}

/** What each state of the server holds, and nothing more. */
export type ServerState =
  | { readonly name: 'START'; readonly setup: ServerSetup; readonly retry: Retry | undefined }
  | ({ readonly name: 'WAIT_CERT'; readonly setup: ServerSetup } & Secrets)
  | ({ readonly name: 'WAIT_CV'; readonly setup: ServerSetup; readonly peer: UnverifiedPeer } & Secrets)
  | ({ readonly name: 'WAIT_EOED'; readonly peer: PeerAuthenticated } & Secrets)
  | ({
      readonly name: 'WAIT_FINISHED';
      /** A client may stay anonymous where no certificate is required. */
      readonly peer: PeerAuthenticated | 'anonymous';
    } & Secrets)
  | Connected;

/** One state of the server, by name. */
export type ServerStateOf<N extends ServerState['name']> = Extract<ServerState, { readonly name: N }>;
