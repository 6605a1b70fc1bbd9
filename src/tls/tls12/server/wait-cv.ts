import type { HandshakeContext } from '../../context.ts';
import type { Next, Received } from '../../machine.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { judgePeer } from '../../negotiate/peer.ts';
import { SignatureVerified } from '../../negotiate/signature.ts';
import type { ServerStateOf } from './state.ts';

/** WAIT_CV, certificate_verify: it covers every message before it (RFC 5246 section 7.4.8). */
export function certificateVerify(
  context: HandshakeContext,
  { setup, agreed, secrets, plan, peer }: ServerStateOf<'WAIT_CV'>,
  { message, messages }: Received<'certificate_verify', Tls12Message>,
): Next<ServerStateOf<'WAIT_FINISHED'>> {
  const accepted = setup.settings.schemeCodes;
  const proof = SignatureVerified.checkTls12('certificate_verify', peer.key, accepted, message, messages);
  return judgePeer(context, peer, proof, (authenticated) => {
    context.expectChangeCipherSpec(secrets.client, 'certificate_verify');
    return { name: 'WAIT_FINISHED', agreed, secrets, plan, peer: authenticated };
  });
}
