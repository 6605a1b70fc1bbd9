import { EMPTY, type Reader, type Writer } from '../../bytes/index.ts';
import { codec, flag, malformed } from './codec.ts';

const REQUEST = 'RFC 6066 section 8';
const RESPONSE = 'RFC 8446 section 4.4.2.1';

/** CertificateStatusType ocsp (RFC 6066 section 8). */
const OCSP = 1;

/** Asks for an OCSP response, and carries it beside the certificate that it speaks of. */
export const statusRequest = {
  clientHello: codec('status_request', 'client_hello', REQUEST, decodeRequest, encodeRequest),
  certificateRequest: flag('status_request', 'certificate_request', RESPONSE),
  /** A DER OCSPResponse. */
  certificate: codec('status_request', 'certificate', RESPONSE, decodeResponse, encodeResponse),
  /** Before TLS 1.3: a CertificateStatus may come. */
  serverHello: flag('status_request', 'server_hello', REQUEST),
};

/** Which responders the client trusts is read and dropped: no server is known to heed it. */
function decodeRequest(reader: Reader): null {
  if (reader.u8('status_type') === OCSP) {
    reader.opaque(2, 'responder_id_list');
    reader.opaque(2, 'request_extensions');
  } else {
    reader.rest('request');
  }
  return null;
}

function encodeRequest(writer: Writer): void {
  writer.u8(OCSP).opaque(2, EMPTY).opaque(2, EMPTY);
}

function decodeResponse(reader: Reader): Uint8Array {
  const start = reader.offset;
  const type = reader.u8('status_type');
  if (type !== OCSP) throw malformed(`status_type is ${type}, expected ocsp (${OCSP})`, reader, start);
  return reader.opaque(3, 'response', 1);
}

function encodeResponse(writer: Writer, response: Uint8Array): void {
  writer.u8(OCSP).opaque(3, response);
}
