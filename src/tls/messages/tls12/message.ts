/**
 * The messages of a handshake before TLS 1.3 whose form is not TLS 1.3's. Some follow from what the ServerHello selected:
 * whoever decodes them says what that was.
 */
import type { FieldSink, Reader } from '../../../bytes/index.ts';
import { decoding, TlsError } from '../../error.ts';
import { HANDSHAKE_TYPES, handshakeTypeName } from '../../registry/handshake-types.ts';
import { handshakeBody } from '../body.ts';
import { decodeServerHello, type HelloRetryRequest, type ServerHello } from '../server-hello.ts';
import { decodeTls12Certificate, type Tls12Certificate } from './certificate.ts';
import { decodeTls12CertificateRequest, type Tls12CertificateRequest } from './certificate-request.ts';
import { type CertificateStatus, decodeCertificateStatus } from './certificate-status.ts';
import { decodeServerHelloDone, type ServerHelloDone } from './server-hello-done.ts';
import {
  decodeServerKeyExchange,
  type ServerKeyExchange,
  type ServerKeyExchangeContext,
} from './server-key-exchange.ts';

/** A decoded message of a server's first flight (RFC 5246 section 7.3). */
export type Tls12Message =
  | ServerHello
  | HelloRetryRequest
  | Tls12Certificate
  | CertificateStatus
  | ServerKeyExchange
  | Tls12CertificateRequest
  | ServerHelloDone;

const RFC = 'RFC 5246 section 7.4';

type BodyDecoder = (reader: Reader, message: Uint8Array, context: ServerKeyExchangeContext) => Tls12Message;

const DECODERS: ReadonlyMap<number, BodyDecoder> = new Map<number, BodyDecoder>([
  [HANDSHAKE_TYPES.server_hello, decodeServerHello],
  [HANDSHAKE_TYPES.certificate, decodeTls12Certificate],
  [HANDSHAKE_TYPES.certificate_status, decodeCertificateStatus],
  [HANDSHAKE_TYPES.server_key_exchange, decodeServerKeyExchange],
  [HANDSHAKE_TYPES.certificate_request, (reader, _, { version }) => decodeTls12CertificateRequest(reader, version)],
  [HANDSHAKE_TYPES.server_hello_done, decodeServerHelloDone],
]);

/**
 * Decodes one message of a server's first flight before TLS 1.3.
 * @param message header and body. The result keeps views of it.
 * @param context what the ServerHello selected.
 * @param sink receives every field, with offsets into `message`.
 * @throws TlsError UNEXPECTED_MESSAGE for a type that has no place there; DECODE_ERROR, ILLEGAL_PARAMETER,
 * DUPLICATE_EXTENSION or LIMIT_EXCEEDED for a bad body
 */
export function decodeTls12Message(
  message: Uint8Array,
  context: ServerKeyExchangeContext,
  sink?: FieldSink,
): Tls12Message {
  const typeCode = message[0] ?? 0;
  const decode = DECODERS.get(typeCode);
  const name = handshakeTypeName(typeCode) ?? `handshake type ${typeCode}`;
  if (decode === undefined) {
    throw new TlsError({
      code: 'UNEXPECTED_MESSAGE',
      alert: 'unexpected_message',
      fault: 'peer',
      message: `got ${name}, which is no message of a server's first flight`,
      spec: RFC,
      evidence: { messageType: name, span: { start: 0, end: Math.min(1, message.length) } },
    });
  }
  return decoding(name, RFC, () => decode(handshakeBody(message, sink), message, context));
}
