import type { Reader, Writer } from '../../bytes/index.ts';
import { codec, flag } from './codec.ts';

const RFC = 'RFC 6962 section 3.3.1';
const NAME = 'signed_certificate_timestamp';

/** Asks for proof of certificate transparency, and carries it beside the certificate that it speaks of. */
export const signedCertificateTimestamp = {
  clientHello: flag(NAME, 'client_hello', RFC),
  certificateRequest: flag(NAME, 'certificate_request', RFC),
  /** SerializedSCTs. */
  certificate: codec(NAME, 'certificate', RFC, decode, encode),
};

function decode(reader: Reader): Uint8Array[] {
  const list = reader.vector(2, 'sct_list', 1);
  const timestamps: Uint8Array[] = [];
  while (list.remaining > 0) timestamps.push(list.opaque(2, 'serialized_sct', 1));
  list.end();
  return timestamps;
}

function encode(writer: Writer, timestamps: readonly Uint8Array[]): void {
  writer.vector(2, (list) => {
    for (const timestamp of timestamps) list.opaque(2, timestamp);
  });
}
