import type { HandshakeContext } from '../../context.ts';
import type { Next, Received } from '../../machine.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { CONNECTED, type Connected } from '../connected.ts';
import { checkFinished, sendFinished } from '../secrets.ts';
import { giveSession } from './sessions.ts';
import type { ServerStateOf } from './state.ts';

/** WAIT_FINISHED, finished: the client has seen the same handshake, and is told that we have. */
export function finished(
  context: HandshakeContext,
  { agreed, secrets, plan, peer }: ServerStateOf<'WAIT_FINISHED'>,
  { message, transcriptHash }: Received<'finished', Tls12Message>,
): Next<Connected> {
  checkFinished(context, 'client', message, secrets, transcriptHash);
  // Ours went out before when a session is resumed.
  if (peer === 'resumed') return CONNECTED;
  return giveSession(context, plan, agreed, secrets, () => {
    sendFinished(context, secrets);
    return CONNECTED;
  });
}
