import type { HandshakeContext } from '../../context.ts';
import { illegalParameter, TlsError } from '../../error.ts';
import { certificateAuthorities } from '../../extensions/certificate-authorities.ts';
import { compressCertificate } from '../../extensions/compress-certificate.ts';
import { oidFilters } from '../../extensions/oid-filters.ts';
import { signatureAlgorithms } from '../../extensions/signature-algorithms.ts';
import { signatureAlgorithmsCert } from '../../extensions/signature-algorithms-cert.ts';
import { signedCertificateTimestamp } from '../../extensions/signed-certificate-timestamp.ts';
import { statusRequest } from '../../extensions/status-request.ts';
import type { Offer } from '../../hello/offer.ts';
import type { Received } from '../../machine.ts';
import type { CertificateRequest } from '../../messages/certificate-request.ts';
import type { CertificateRequestSummary } from '../../requests.ts';
import { chooseCompression } from '../compression.ts';
import type { ClientStateOf, ReceivedCertificateRequest } from './state.ts';

const SPEC = 'RFC 8446 section 4.3.2';

/** WAIT_CERT_CR, certificate_request. */
export function certificateRequest(
  context: HandshakeContext,
  { offer, secrets }: ClientStateOf<'WAIT_CERT_CR'>,
  { message }: Received<'certificate_request'>,
): ClientStateOf<'WAIT_CERT'> {
  if (message.certificateRequestContext.length !== 0) {
    throw illegalParameter('certificate_request_context is not empty in the handshake', SPEC);
  }
  return { name: 'WAIT_CERT', offer, secrets, request: receiveRequest(context, offer, message) };
}

/** What a CertificateRequest asks for, in the handshake or after it. @throws TlsError MISSING_EXTENSION */
export function receiveRequest(
  context: HandshakeContext,
  offer: Offer,
  { certificateRequestContext, extensions }: CertificateRequest,
): ReceivedCertificateRequest {
  const signatureSchemes = extensions.get(signatureAlgorithms.certificateRequest);
  if (signatureSchemes === undefined) {
    throw new TlsError({
      code: 'MISSING_EXTENSION',
      alert: 'missing_extension',
      fault: 'peer',
      message: 'certificate_request has no signature_algorithms',
      spec: SPEC,
    });
  }
  const summary: CertificateRequestSummary = {
    signatureSchemes,
    signatureSchemesCert: extensions.get(signatureAlgorithmsCert.certificateRequest) ?? signatureSchemes,
    certificateAuthorities: extensions.get(certificateAuthorities.certificateRequest) ?? [],
    oidFilters: extensions.get(oidFilters.certificateRequest) ?? [],
  };
  context.info.certificateRequest = summary;
  return {
    context: certificateRequestContext,
    summary,
    wishes: {
      ocsp: extensions.get(statusRequest.certificateRequest) !== undefined,
      scts: extensions.get(signedCertificateTimestamp.certificateRequest) !== undefined,
      compression: chooseCompression(
        offer.settings.certificateCompression,
        extensions.get(compressCertificate.certificateRequest),
      ),
    },
  };
}
