import type { HandshakeContext } from '../../context.ts';
import type { Offer } from '../../hello/offer.ts';
import type { OfferedPsk } from '../../hello/offered-psks.ts';
import type { Next, Received } from '../../machine.ts';
import { encodeEndOfEarlyData } from '../../messages/end-of-early-data.ts';
import { checkFinished, sendFinished } from '../authentication.ts';
import type { Connected, TicketReceiver } from '../connected.ts';
import { type ApplicationSecrets, applicationSecrets } from '../secrets.ts';
import { answerRequest } from './answer-request.ts';
import type { ClientStateOf } from './state.ts';

/** WAIT_FINISHED, finished: the server is authenticated, our second flight goes out (RFC 8446 section 4.4). */
export function finished(
  context: HandshakeContext,
  { offer, secrets, request, psk, earlyData }: ClientStateOf<'WAIT_FINISHED'>,
  { message, transcriptHash }: Received<'finished'>,
): Next<Connected> {
  checkFinished(context, message, secrets.server, transcriptHash);
  // The application secrets cover exactly up to here, not our own flight (RFC 8446 section 7.1).
  const application = applicationSecrets(context, secrets.schedule);
  context.layer.allowChangeCipherSpec(false);
  context.setReadKey('application', application.server, 'finished');
  if (earlyData && !context.isQuic) {
    context.send('early', encodeEndOfEarlyData(context.allocate));
    context.setWriteKey('handshake', secrets.client);
  }
  const complete = (): Connected => {
    sendFinished(context, secrets.client);
    context.setWriteKey('application', application.client);
    context.writeSecret = { secret: application.client, generation: 0 };
    const resumption = ticketReceiver(context, offer, psk, application);
    const postHandshake = offer.config.postHandshakeAuth ? { offer, transcript: context.transcript.fork() } : undefined;
    return { name: 'CONNECTED', readSecret: application.server, readGeneration: 0, resumption, postHandshake };
  };
  if (request === undefined) return complete();
  return answerRequest(context, offer, request, complete);
}

/** What the tickets to come are made into sessions by; the transcript stands at our Finished. */
function ticketReceiver(
  context: HandshakeContext,
  { config: { sessions } }: Offer,
  psk: OfferedPsk | undefined,
  { main }: ApplicationSecrets,
): TicketReceiver | undefined {
  if (sessions === undefined) return undefined;
  const secret = main.resumption(context.transcript.digest());
  context.announce('RESUMPTION_SECRET', secret.secret);
  return { now: sessions.now, secret, authenticated: psk?.session?.authenticated ?? sessions.now() };
}
