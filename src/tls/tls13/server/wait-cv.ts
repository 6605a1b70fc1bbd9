import type { HandshakeContext } from '../../context.ts';
import type { Next, Received } from '../../machine.ts';
import { verifyPeer } from '../authentication.ts';
import type { ServerStateOf } from './state.ts';

/** WAIT_CV, certificate_verify. */
export function certificateVerify(
  context: HandshakeContext,
  { setup, secrets, application, tickets, peer }: ServerStateOf<'WAIT_CV'>,
  { message, transcriptHash }: Received<'certificate_verify'>,
): Next<ServerStateOf<'WAIT_FINISHED'>> {
  const accepted = setup.settings.schemeCodes;
  return verifyPeer(context, peer, accepted, message, transcriptHash, (authenticated) => ({
    name: 'WAIT_FINISHED',
    secrets,
    application,
    tickets,
    peer: authenticated,
  }));
}
