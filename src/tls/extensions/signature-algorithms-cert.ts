import { codePoints } from './codec.ts';

const RFC = 'RFC 8446 section 4.2.3';
const LIST = 'supported_signature_algorithms';

/** The schemes that may sign the peer's certificates, where they differ from signature_algorithms. */
export const signatureAlgorithmsCert = {
  clientHello: codePoints('signature_algorithms_cert', 'client_hello', RFC, LIST),
  certificateRequest: codePoints('signature_algorithms_cert', 'certificate_request', RFC, LIST),
};
