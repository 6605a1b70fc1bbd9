import { codePoints } from './codec.ts';

const RFC = 'RFC 8446 section 4.2.3';

/** The schemes that the peer may sign its CertificateVerify with, most preferred first. */
export const signatureAlgorithms = {
  clientHello: codePoints('signature_algorithms', 'client_hello', RFC, 'supported_signature_algorithms'),
  certificateRequest: codePoints('signature_algorithms', 'certificate_request', RFC, 'supported_signature_algorithms'),
};
