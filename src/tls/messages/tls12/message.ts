/**
 * The messages of a handshake before TLS 1.3 whose form is not TLS 1.3's. Some follow from what the ServerHello selected:
 * whoever decodes them says what that was.
 */
import type { FieldSink, Reader } from '../../../bytes/index.ts';
import { decoding } from '../../error.ts';
import { HANDSHAKE_TYPES, handshakeTypeName } from '../../registry/handshake-types.ts';
import { handshakeBody, notAMessage } from '../body.ts';
import { type CertificateVerify, decodeCertificateVerify } from '../certificate-verify.ts';
import { type ClientHello, decodeClientHello } from '../client-hello.ts';
import { decodeFinished, type Finished } from '../finished.ts';
import type { HandshakeMessage } from '../message.ts';
import { decodeServerHello, type HelloRetryRequest, type ServerHello } from '../server-hello.ts';
import { decodeTls12Certificate, type Tls12Certificate } from './certificate.ts';
import { decodeTls12CertificateRequest, type Tls12CertificateRequest } from './certificate-request.ts';
import { type CertificateStatus, decodeCertificateStatus } from './certificate-status.ts';
import { type ClientKeyExchange, decodeClientKeyExchange } from './client-key-exchange.ts';
import { decodeHelloRequest, type HelloRequest } from './hello-request.ts';
import { decodeTls12NewSessionTicket, type Tls12NewSessionTicket } from './new-session-ticket.ts';
import { decodeServerHelloDone, type ServerHelloDone } from './server-hello-done.ts';
import {
  decodeServerKeyExchange,
  type ServerKeyExchange,
  type ServerKeyExchangeContext,
} from './server-key-exchange.ts';

/** A decoded message of a handshake before TLS 1.3 (RFC 5246 section 7.3). */
export type Tls12Message =
  | HelloRequest
  | ClientHello
  | ServerHello
  | HelloRetryRequest
  | Tls12Certificate
  | CertificateStatus
  | ServerKeyExchange
  | Tls12CertificateRequest
  | ServerHelloDone
  | ClientKeyExchange
  | CertificateVerify
  | Tls12NewSessionTicket
  | Finished;

/** A decoded message of any version. */
export type AnyMessage = HandshakeMessage | Tls12Message;

/** The name of a message of any version. */
export type MessageName = AnyMessage['type'];

const RFC = 'RFC 5246 section 7.4';

type BodyDecoder = (reader: Reader, message: Uint8Array, context: ServerKeyExchangeContext) => Tls12Message;

const DECODERS: ReadonlyMap<number, BodyDecoder> = new Map<number, BodyDecoder>([
  [HANDSHAKE_TYPES.hello_request, decodeHelloRequest],
  [HANDSHAKE_TYPES.client_hello, decodeClientHello],
  [HANDSHAKE_TYPES.server_hello, decodeServerHello],
  [HANDSHAKE_TYPES.new_session_ticket, decodeTls12NewSessionTicket],
  [HANDSHAKE_TYPES.certificate, decodeTls12Certificate],
  [HANDSHAKE_TYPES.certificate_status, decodeCertificateStatus],
  [HANDSHAKE_TYPES.server_key_exchange, decodeServerKeyExchange],
  [HANDSHAKE_TYPES.certificate_request, (reader, _, { version }) => decodeTls12CertificateRequest(reader, version)],
  [HANDSHAKE_TYPES.server_hello_done, decodeServerHelloDone],
  [HANDSHAKE_TYPES.client_key_exchange, (reader, _, { keyExchange }) => decodeClientKeyExchange(reader, keyExchange)],
  [HANDSHAKE_TYPES.certificate_verify, decodeCertificateVerify],
  [HANDSHAKE_TYPES.finished, decodeFinished],
]);

/**
 * Decodes one message of a handshake before TLS 1.3.
 * @param message header and body. The result keeps views of it.
 * @param context what the ServerHello selected.
 * @param sink receives every field, with offsets into `message`.
 * @throws TlsError UNEXPECTED_MESSAGE for a type that it does not have; DECODE_ERROR, ILLEGAL_PARAMETER,
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
  if (decode === undefined) throw notAMessage(message, 'TLS 1.2', RFC);
  return decoding(name, RFC, () => decode(handshakeBody(message, sink), message, context));
}
