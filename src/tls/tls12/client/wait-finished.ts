import { EMPTY } from '../../../bytes/index.ts';
import type { HandshakeContext } from '../../context.ts';
import type { Next, Received } from '../../machine.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { judgePeer, PeerAuthenticated, resumePeer } from '../../negotiate/peer.ts';
import { MAX_TICKET_LENGTH } from '../../record/limits.ts';
import { MAX_LIFETIME, type Session } from '../../session/session.ts';
import { CONNECTED, type Connected } from '../connected.ts';
import { checkFinished, sendFinished } from '../secrets.ts';
import type { ClientStateOf } from './state.ts';

/** Seconds that a session lives whose server does not say: the server decides each time whether it still knows it. */
const LIFETIME = 7200;

/** WAIT_FINISHED, finished: the server has seen the same handshake, and has the key that RSA encrypted to. */
export function finished(
  context: HandshakeContext,
  state: ClientStateOf<'WAIT_FINISHED'>,
  { message, transcriptHash }: Received<'finished', Tls12Message>,
): Next<Connected> {
  const { secrets, peer } = state;
  const proof = checkFinished(context, 'server', message, secrets, transcriptHash);
  if (peer instanceof PeerAuthenticated) return connected(context, state);
  // Nobody finishes who could not decrypt the premaster secret: now the chain is worth judging.
  if ('key' in peer) return judgePeer(context, peer, proof, () => connected(context, state));
  return resumePeer(context, proof, peer.peerCertificates, () => {
    sendFinished(context, secrets);
    return connected(context, state);
  });
}

function connected(context: HandshakeContext, state: ClientStateOf<'WAIT_FINISHED'>): Connected {
  const { sessions } = state.offer.config;
  const { agreed, ticket } = state;
  const isKept = ticket.ticket.length + agreed.sessionId.length > 0 && ticket.ticket.length <= MAX_TICKET_LENGTH;
  // A secret that is not bound to its handshake is not used again (RFC 7627 section 5.3).
  if (sessions === undefined || !agreed.extendedMasterSecret || !isKept) return CONNECTED;
  const now = sessions.now();
  context.tickets.push(() => sessionOf(context, state, now));
  return CONNECTED;
}

function sessionOf(
  { info }: HandshakeContext,
  { agreed, secrets, ticket, peer }: ClientStateOf<'WAIT_FINISHED'>,
  issued: number,
): Session {
  const resumed = 'ticket' in peer ? peer : undefined;
  // Without a new ticket the old one is good for as long as it was.
  const isRenewed = resumed === undefined || ticket.ticket.length > 0;
  return {
    version: 'TLS 1.2',
    cipherSuite: agreed.suite.code,
    secret: secrets.master.secret,
    serverName: info.serverName,
    alpn: info.alpn,
    issued: isRenewed ? issued : resumed.issued,
    authenticated: resumed?.authenticated ?? issued,
    lifetime: isRenewed ? Math.min(ticket.lifetimeHint || LIFETIME, MAX_LIFETIME) : resumed.lifetime,
    ageAdd: 0,
    maxEarlyData: 0,
    peerCertificates: info.peerCertificates ?? [],
    extendedMasterSecret: true,
    ticket: isRenewed ? ticket.ticket : resumed.ticket,
    sessionId: ticket.ticket.length > 0 || resumed?.ticket.length ? EMPTY : agreed.sessionId,
  };
}
