import { EMPTY } from '../../../bytes/index.ts';
import type { HandshakeContext } from '../../context.ts';
import type { Received } from '../../machine.ts';
import type { MessageName, Tls12Message } from '../../messages/tls12/message.ts';
import type { ClientStateOf } from './state.ts';

type Finishing = Omit<ClientStateOf<'WAIT_TICKET'>, 'name'>;

/** The server's last flight is next: its ticket, if it announced one, change_cipher_spec and Finished. */
export function awaitFinished(
  context: HandshakeContext,
  finishing: Finishing,
  after: MessageName,
): ClientStateOf<'WAIT_TICKET' | 'WAIT_FINISHED'> {
  if (finishing.agreed.hasTicket) return { name: 'WAIT_TICKET', ...finishing };
  context.expectChangeCipherSpec(finishing.secrets.server, after);
  return { name: 'WAIT_FINISHED', ticket: { ticket: EMPTY, lifetimeHint: 0 }, ...finishing };
}

/** WAIT_TICKET, new_session_ticket: it is part of the handshake (RFC 5077 section 3.3). */
export function newSessionTicket(
  context: HandshakeContext,
  state: ClientStateOf<'WAIT_TICKET'>,
  { message, bytes }: Received<'new_session_ticket', Tls12Message>,
): ClientStateOf<'WAIT_FINISHED'> {
  context.transcript.append(bytes);
  context.expectChangeCipherSpec(state.secrets.server, 'new_session_ticket');
  const ticket = { ticket: message.ticket, lifetimeHint: message.ticketLifetimeHint };
  return { ...state, name: 'WAIT_FINISHED', ticket };
}
