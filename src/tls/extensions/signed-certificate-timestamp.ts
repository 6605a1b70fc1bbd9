import type { Reader, Writer } from '../../bytes/index.ts';
import { codec, flag } from './codec.ts';
import { readOpaques, writeOpaques } from './lists.ts';

const RFC = 'RFC 6962 section 3.3.1';
const NAME = 'signed_certificate_timestamp';

/** Asks for proof of certificate transparency, and carries it beside the certificate that it speaks of. */
export const signedCertificateTimestamp = {
  clientHello: flag(NAME, 'client_hello', RFC),
  certificateRequest: flag(NAME, 'certificate_request', RFC),
  /** SerializedSCTs. */
  certificate: codec(NAME, 'certificate', RFC, decode, encode),
  /** Before TLS 1.3. */
  serverHello: codec(NAME, 'server_hello', RFC, decode, encode),
};

function decode(reader: Reader): Uint8Array[] {
  return readOpaques(reader, 'sct_list', 2, 'serialized_sct');
}

function encode(writer: Writer, timestamps: readonly Uint8Array[]): void {
  writeOpaques(writer, 2, timestamps);
}
