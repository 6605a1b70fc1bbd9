import type { HandshakeContext } from '../../context.ts';
import type { ServerStateOf } from './state.ts';

/** WAIT_EOED, end_of_early_data: the client's second flight follows (RFC 8446 section 4.5). */
export function endOfEarlyData(
  context: HandshakeContext,
  { secrets, application, tickets, peer }: ServerStateOf<'WAIT_EOED'>,
): ServerStateOf<'WAIT_FINISHED'> {
  context.setReadKey('handshake', secrets.client, 'end_of_early_data');
  return { name: 'WAIT_FINISHED', secrets, application, tickets, peer };
}
