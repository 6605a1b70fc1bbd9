import type { HandshakeContext } from '../../context.ts';
import type { Next, Received } from '../../machine.ts';
import { verifyPeer } from '../authentication.ts';
import type { ClientStateOf } from './state.ts';

/** WAIT_CV, certificate_verify. */
export function certificateVerify(
  context: HandshakeContext,
  { offer, secrets, request, peer }: ClientStateOf<'WAIT_CV'>,
  { message, transcriptHash }: Received<'certificate_verify'>,
): Next<ClientStateOf<'WAIT_FINISHED'>> {
  return verifyPeer(context, peer, offer.settings.schemeCodes, message, transcriptHash, (authenticated) => ({
    name: 'WAIT_FINISHED',
    offer,
    secrets,
    request,
    peer: authenticated,
    psk: undefined,
    earlyData: false,
  }));
}
