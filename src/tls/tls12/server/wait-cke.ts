import type { HandshakeContext } from '../../context.ts';
import type { Received } from '../../machine.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { usingShare } from '../../negotiate/group.ts';
import { deriveSecrets } from '../secrets.ts';
import type { ServerStateOf } from './state.ts';

/** WAIT_CKE, client_key_exchange: the keys are known. */
export function clientKeyExchange(
  context: HandshakeContext,
  { setup, agreed, ephemeral, plan, peer }: ServerStateOf<'WAIT_CKE'>,
  { message }: Received<'client_key_exchange', Tls12Message>,
): ServerStateOf<'WAIT_CV'> | ServerStateOf<'WAIT_FINISHED'> {
  const shared = usingShare(() => ephemeral.finish(message.exchangeKeys), context.info.group ?? '');
  const secrets = deriveSecrets(context, agreed, shared);
  if (peer !== 'anonymous') return { name: 'WAIT_CV', setup, agreed, secrets, plan, peer };
  context.transcript.dropRaw();
  context.expectChangeCipherSpec(secrets.client, 'client_key_exchange');
  return { name: 'WAIT_FINISHED', agreed, secrets, plan, peer };
}
