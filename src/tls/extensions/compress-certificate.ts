import type { Reader, Writer } from '../../bytes/index.ts';
import { codec, type ExtensionCodec, type ExtensionContext, illegalValue } from './codec.ts';

const RFC = 'RFC 8879 section 3';

/** The algorithms that a peer's Certificate may come compressed by, most preferred first. */
export const compressCertificate = {
  clientHello: algorithms('client_hello'),
  certificateRequest: algorithms('certificate_request'),
};

function algorithms(context: ExtensionContext): ExtensionCodec<number[]> {
  return codec(
    'compress_certificate',
    context,
    RFC,
    (reader: Reader) => {
      const start = reader.offset;
      const codes = reader.u16s(1, 'algorithms');
      // The RFC has nothing to say of it; whoever lists one twice has not made a list of preferences.
      if (new Set(codes).size < codes.length) {
        throw illegalValue(context, 'compress_certificate has an algorithm twice', RFC, start, reader.offset);
      }
      return codes;
    },
    (writer: Writer, codes) => writer.u16s(1, codes),
  );
}
