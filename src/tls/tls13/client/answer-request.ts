import type { HandshakeContext } from '../../context.ts';
import type { Offer } from '../../hello/offer.ts';
import type { Next } from '../../machine.ts';
import { encodeCertificate } from '../../messages/certificate.ts';
import { withClientCredential } from '../../negotiate/own-signature.ts';
import { chooseScheme } from '../../negotiate/signature.ts';
import { type Flight, inHandshake, sendCertificate } from '../authentication.ts';
import type { ReceivedCertificateRequest } from './state.ts';

/**
 * Answers a CertificateRequest by what is configured or asked for, with an empty list when nothing fits (RFC 8446
 * section 4.4.2).
 * @param flight the handshake's unless given.
 */
export function answerRequest<S>(
  context: HandshakeContext,
  { config }: Offer,
  request: ReceivedCertificateRequest,
  then: () => Next<S>,
  flight: Flight = inHandshake(context),
): Next<S> {
  const { summary } = request;
  return withClientCredential(
    config,
    summary,
    {
      schemeOf: ({ key }) => chooseScheme(key.schemes, summary.signatureSchemes),
      misfit: () => 'signature scheme',
    },
    (chosen) => {
      if (chosen !== undefined) {
        return sendCertificate(context, chosen, request.context, request.wishes, then, flight);
      }
      const empty = { certificateRequestContext: request.context, certificateList: [] };
      flight.send(encodeCertificate(empty, context.allocate));
      return then();
    },
  );
}
