import type { HandshakeContext } from '../../context.ts';
import type { Received } from '../../machine.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { CONNECTED, type Connected } from '../connected.ts';
import { checkFinished, sendFinished } from '../secrets.ts';
import type { ServerStateOf } from './state.ts';

/** WAIT_FINISHED, finished: the client has seen the same handshake, and is told that we have. */
export function finished(
  context: HandshakeContext,
  { secrets }: ServerStateOf<'WAIT_FINISHED'>,
  { message, transcriptHash }: Received<'finished', Tls12Message>,
): Connected {
  checkFinished('client', message, secrets, transcriptHash);
  sendFinished(context, secrets);
  return CONNECTED;
}
