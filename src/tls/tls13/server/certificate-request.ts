import { EMPTY } from '../../../bytes/index.ts';
import type { HandshakeContext } from '../../context.ts';
import { extension } from '../../extensions/block.ts';
import { certificateAuthorities } from '../../extensions/certificate-authorities.ts';
import { compressCertificate } from '../../extensions/compress-certificate.ts';
import { signatureAlgorithms } from '../../extensions/signature-algorithms.ts';
import { signatureAlgorithmsCert } from '../../extensions/signature-algorithms-cert.ts';
import { encodeCertificateRequest } from '../../messages/certificate-request.ts';
import type { ServerSetup } from '../../negotiate/server-setup.ts';

/** The CertificateRequest of the handshake (RFC 8446 section 4.3.2). */
export function certificateRequest(context: HandshakeContext, { config, settings }: ServerSetup): Uint8Array {
  const extensions = [extension(signatureAlgorithms.certificateRequest, [...settings.schemeCodes])];
  if (settings.schemeCodesCert.length > 0) {
    extensions.push(extension(signatureAlgorithmsCert.certificateRequest, [...settings.schemeCodesCert]));
  }
  if (config.certificateAuthorities !== undefined && config.certificateAuthorities.length > 0) {
    extensions.push(extension(certificateAuthorities.certificateRequest, [...config.certificateAuthorities]));
  }
  if (settings.certificateCompression.length > 0) {
    const codes = settings.certificateCompression.map(({ algorithm }) => algorithm);
    extensions.push(extension(compressCertificate.certificateRequest, codes));
  }
  return encodeCertificateRequest({ certificateRequestContext: EMPTY, extensions }, context.allocate);
}
