import { fromAscii, type Reader, toLatin1, type Writer } from '../../bytes/index.ts';
import { TlsError } from '../error.ts';
import { codec, flag, illegalValue, malformed } from './codec.ts';

const RFC = 'RFC 6066 section 3';

/** NameType host_name, the only one there is (RFC 6066 section 3). */
const HOST_NAME = 0;

/** Longest host name in its text form, without the trailing dot (RFC 1035 section 2.3.4: 255 octets on the wire). */
const MAX_HOST_NAME_LENGTH = 253;

/** Letters, digits and hyphens, and the underscore that real hosts use; 63 octets at most (RFC 1035 section 2.3.4). */
const LABEL = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/;

/** A name whose last label is a number is an IPv4 address in one of its spellings, and never a host's. */
const NUMERIC_LABEL = /^(?:\d+|0[xX][0-9A-Fa-f]*)$/;

/** The host that the client means (RFC 6066 section 3). The server's acknowledgement is empty. */
export const serverName = {
  clientHello: codec('server_name', 'client_hello', RFC, decode, encode),
  encryptedExtensions: flag('server_name', 'encrypted_extensions', RFC),
  /** Before TLS 1.3. */
  serverHello: flag('server_name', 'server_hello', RFC),
};

/** Whether `name` may stand in server_name: ASCII labels, no trailing dot, no IP address (RFC 6066 section 3). */
export function isHostName(name: string): boolean {
  if (name.length > MAX_HOST_NAME_LENGTH) return false;
  const labels = name.split('.');
  return labels.every((label) => LABEL.test(label)) && !NUMERIC_LABEL.test(labels.at(-1) ?? '');
}

/** Takes any non-empty ASCII name without NUL: whether a certificate fits it is decided elsewhere. */
function decode(reader: Reader): string {
  const start = reader.offset;
  const list = reader.vector(2, 'server_name_list', 1);
  let name: string | undefined;
  while (list.remaining > 0) {
    const at = list.offset;
    const type = list.u8('name_type');
    if (type !== HOST_NAME) {
      // Every later type begins with a 16-bit length too (RFC 6066 section 3).
      list.opaque(2, 'name');
      continue;
    }
    const bytes = list.opaque(2, 'host_name', 1);
    if (name !== undefined) {
      throw illegalValue('client_hello', 'server_name has two names of type host_name', RFC, at, list.offset);
    }
    if (!bytes.every((byte) => byte > 0 && byte < 0x80)) {
      throw illegalValue('client_hello', 'host_name is not ASCII without NUL', RFC, at, list.offset);
    }
    name = toLatin1(bytes);
  }
  list.end();
  if (name === undefined) throw malformed('server_name has no host_name', reader, start);
  return name;
}

function encode(writer: Writer, name: string): void {
  if (!isHostName(name)) {
    throw new TlsError({
      code: 'BAD_CONFIGURATION',
      alert: null,
      fault: 'local',
      message: `not a host name that server_name can carry: ${JSON.stringify(name)}`,
      spec: RFC,
    });
  }
  writer.vector(2, (list) => list.u8(HOST_NAME).opaque(2, fromAscii(name)));
}
