import type { Reader, Writer } from '../../bytes/index.ts';
import { codec, type ExtensionCodec, type ExtensionContext, illegalValue } from './codec.ts';

const RFC = 'RFC 8449 section 4';

/** Smallest limit that may be announced, in bytes (RFC 8449 section 4). */
const MIN_LIMIT = 64;

/** The largest inner plaintext that a peer is willing to receive, in bytes (TLS 1.3: content type and padding too). */
export const recordSizeLimit = {
  clientHello: limit('client_hello'),
  encryptedExtensions: limit('encrypted_extensions'),
  /** Before TLS 1.3. */
  serverHello: limit('server_hello'),
};

function limit(context: ExtensionContext): ExtensionCodec<number> {
  return codec(
    'record_size_limit',
    context,
    RFC,
    (reader: Reader) => {
      const start = reader.offset;
      const value = reader.u16('record_size_limit');
      // RFC 8449 section 4: less than 64 MUST be answered with illegal_parameter.
      if (value < MIN_LIMIT) {
        throw illegalValue(context, `record_size_limit is ${value}, at least ${MIN_LIMIT}`, RFC, start, reader.offset);
      }
      return value;
    },
    (writer: Writer, value) => writer.u16(value),
  );
}
