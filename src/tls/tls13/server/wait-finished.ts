import type { HandshakeContext } from '../../context.ts';
import type { Next, Received } from '../../machine.ts';
import { checkFinished } from '../authentication.ts';
import type { Connected } from '../connected.ts';
import type { ServerStateOf } from './state.ts';
import { sendTickets } from './tickets.ts';

/** WAIT_FINISHED, finished. */
export function finished(
  context: HandshakeContext,
  { secrets, application, tickets }: ServerStateOf<'WAIT_FINISHED'>,
  { message, transcriptHash }: Received<'finished'>,
): Next<Connected> {
  checkFinished(context, message, secrets.client, transcriptHash);
  context.layer.allowChangeCipherSpec(false);
  context.setReadKey('application', application.client, 'finished');
  return sendTickets(context, tickets, application, () => {
    return {
      name: 'CONNECTED',
      readSecret: application.client,
      readGeneration: 0,
      resumption: undefined,
      postHandshake: undefined,
    };
  });
}
