import type { HandshakeContext } from '../../context.ts';
import type { Received } from '../../machine.ts';
import { checkFinished } from '../authentication.ts';
import type { Connected } from '../connected.ts';
import type { ServerStateOf } from './state.ts';

/** WAIT_FINISHED, finished. */
export function finished(
  context: HandshakeContext,
  { secrets, application }: ServerStateOf<'WAIT_FINISHED'>,
  { message, transcriptHash }: Received<'finished'>,
): Connected {
  checkFinished(message, secrets.client, transcriptHash);
  context.layer.allowChangeCipherSpec(false);
  context.setReadKey('application', application.client, 'finished');
  return { name: 'CONNECTED', readSecret: application.client, readGeneration: 0 };
}
