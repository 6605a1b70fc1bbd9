import type { HandshakeContext } from '../../context.ts';
import type { Next, Received } from '../../machine.ts';
import { encodeCertificateVerify } from '../../messages/certificate-verify.ts';
import { encodeTls12Certificate } from '../../messages/tls12/certificate.ts';
import { encodeClientKeyExchange } from '../../messages/tls12/client-key-exchange.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { type ChosenCredential, withClientCredential, withTls12Signature } from '../../negotiate/own-signature.ts';
import { chooseScheme } from '../../negotiate/signature.ts';
import { SCHEMES } from '../../registry/signature-schemes.ts';
import type { Credential } from '../../requests.ts';
import { authenticationOf, CERTIFICATE_TYPES, schemesOf } from '../authentication.ts';
import { deriveSecrets, sendFinished } from '../secrets.ts';
import { agreeWith } from './key-exchange.ts';
import type { ClientStateOf } from './state.ts';
import { awaitFinished } from './wait-ticket.ts';

type AfterRequest = ClientStateOf<'WAIT_SHD'>;
type BeforeRequest = ClientStateOf<'WAIT_CR_SHD' | 'WAIT_STATUS_CR_SHD'>;
type Finishing = ClientStateOf<'WAIT_TICKET' | 'WAIT_FINISHED'>;

/** WAIT_CR_SHD, WAIT_STATUS_CR_SHD and WAIT_SHD, server_hello_done: our flight goes out (RFC 5246 section 7.3). */
export function serverHelloDone(
  context: HandshakeContext,
  state: BeforeRequest | AfterRequest,
  _: Received<'server_hello_done', Tls12Message>,
): Next<Finishing> {
  context.requireFlightEnd('server_hello_done');
  if (state.name !== 'WAIT_SHD') return sendFlight(context, state, undefined);
  const { offer, request } = state;
  return withClientCredential(
    offer.config,
    request,
    {
      schemeOf: (credential) => (isOfType(credential, state) ? schemeFor(credential, state) : undefined),
      misfit: (credentials) =>
        credentials.some((credential) => isOfType(credential, state)) ? 'signature scheme' : 'certificate type',
    },
    (chosen) => {
      // Without one that fits an empty list says so (RFC 5246 section 7.4.6).
      context.send('initial', encodeTls12Certificate(chosen?.credential.chain ?? [], context.allocate));
      return sendFlight(context, state, chosen);
    },
  );
}

/** Whether the server takes a credential's kind of key. */
function isOfType(credential: Credential, { certificateTypes }: AfterRequest): boolean {
  const authentication = authenticationOf(credential);
  return authentication !== undefined && certificateTypes.includes(CERTIFICATE_TYPES[authentication]);
}

function schemeFor(credential: Credential, { request }: AfterRequest) {
  return chooseScheme(schemesOf(credential), request.signatureSchemes, 'TLS 1.2');
}

function sendFlight(
  context: HandshakeContext,
  { offer, agreed, peer, serverKey }: BeforeRequest | AfterRequest,
  chosen: ChosenCredential | undefined,
): Next<Finishing> {
  const { exchangeKeys, secret } = agreeWith(context, serverKey);
  context.send('initial', encodeClientKeyExchange(serverKey.kind, exchangeKeys, context.allocate));
  const secrets = deriveSecrets(context, agreed, secret);
  const complete = (): Finishing => {
    sendFinished(context, secrets);
    return awaitFinished(context, { offer, agreed, secrets, peer }, 'server_hello_done');
  };
  if (chosen === undefined) {
    context.transcript.dropRaw();
    return complete();
  }
  return withTls12Signature(context, chosen, context.transcript.takeRaw(), (signature) => {
    const message = { algorithm: SCHEMES[chosen.scheme].code, signature };
    context.send('initial', encodeCertificateVerify(message, context.allocate));
    return complete();
  });
}
