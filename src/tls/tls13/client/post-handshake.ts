import type { HandshakeContext } from '../../context.ts';
import { TlsError } from '../../error.ts';
import type { Next, Received } from '../../machine.ts';
import { MAX_POST_HANDSHAKE_REQUESTS } from '../../record/limits.ts';
import { type Flight, sendFinished } from '../authentication.ts';
import type { Connected } from '../connected.ts';
import { answerRequest } from './answer-request.ts';
import { receiveRequest } from './wait-cert-cr.ts';

const SPEC = 'RFC 8446 section 4.6.2';

/**
 * CONNECTED, certificate_request. The answer leaves when it is whole: nothing may come between its messages (RFC 8446
 * section 4.6.2), and what is asked for on the way takes its time.
 */
export function postHandshakeRequest(
  context: HandshakeContext,
  state: Connected,
  { message, bytes }: Received<'certificate_request'>,
): Next<Connected> {
  const { postHandshake } = state;
  if (postHandshake === undefined) {
    throw refusal('UNEXPECTED_MESSAGE', 'got certificate_request in CONNECTED, post_handshake_auth was not offered');
  }
  if (++context.postHandshakeRequests > MAX_POST_HANDSHAKE_REQUESTS) {
    throw refusal('LIMIT_EXCEEDED', `more than ${MAX_POST_HANDSHAKE_REQUESTS} requests for a certificate`);
  }
  const transcript = postHandshake.transcript.fork();
  transcript.append(bytes);
  const messages: Uint8Array[] = [];
  const flight: Flight = {
    send(sent) {
      transcript.append(sent);
      messages.push(sent);
    },
    digest: () => transcript.digest(),
  };
  const complete = (): Connected => {
    const { writeSecret } = context;
    if (writeSecret === undefined) throw new Error('CONNECTED without keys');
    sendFinished(context, writeSecret.secret, flight);
    for (const sent of messages) context.sendPostHandshake('application', sent);
    return state;
  };
  return answerRequest(
    context,
    postHandshake.offer,
    receiveRequest(context, postHandshake.offer, message),
    complete,
    flight,
  );
}

function refusal(code: 'UNEXPECTED_MESSAGE' | 'LIMIT_EXCEEDED', message: string): TlsError {
  return new TlsError({ code, alert: 'unexpected_message', fault: 'peer', message, spec: SPEC });
}
