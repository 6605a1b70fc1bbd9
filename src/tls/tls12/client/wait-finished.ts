import type { HandshakeContext } from '../../context.ts';
import type { Received } from '../../machine.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { CONNECTED, type Connected } from '../connected.ts';
import { checkFinished } from '../secrets.ts';
import type { ClientStateOf } from './state.ts';

/** WAIT_FINISHED, finished: the server has seen the same handshake. */
export function finished(
  _: HandshakeContext,
  { secrets }: ClientStateOf<'WAIT_FINISHED'>,
  { message, transcriptHash }: Received<'finished', Tls12Message>,
): Connected {
  checkFinished('server', message, secrets, transcriptHash);
  return CONNECTED;
}
