/**
 * Every handshake message of TLS 1.3, decoded from the bytes of one whole message. Each message's form is in its
 * own file; the order in which messages may come is not known here. Start at {@link decodeMessage}.
 */
import type { FieldSink, Reader } from '../../bytes/index.ts';
import { decoding } from '../error.ts';
import { HANDSHAKE_TYPES, handshakeTypeName } from '../registry/handshake-types.ts';
import { handshakeBody, notAMessage } from './body.ts';
import { type Certificate, decodeCertificate } from './certificate.ts';
import { type CertificateRequest, decodeCertificateRequest } from './certificate-request.ts';
import { type CertificateVerify, decodeCertificateVerify } from './certificate-verify.ts';
import { type ClientHello, decodeClientHello } from './client-hello.ts';
import { type CompressedCertificate, decodeCompressedCertificate } from './compressed-certificate.ts';
import { decodeEncryptedExtensions, type EncryptedExtensions } from './encrypted-extensions.ts';
import { decodeEndOfEarlyData, type EndOfEarlyData } from './end-of-early-data.ts';
import { decodeFinished, type Finished } from './finished.ts';
import { decodeKeyUpdate, type KeyUpdate } from './key-update.ts';
import { decodeNewSessionTicket, type NewSessionTicket } from './new-session-ticket.ts';
import { decodeServerHello, type HelloRetryRequest, type ServerHello } from './server-hello.ts';

/** A decoded handshake message. */
export type HandshakeMessage =
  | ClientHello
  | ServerHello
  | HelloRetryRequest
  | EncryptedExtensions
  | CertificateRequest
  | Certificate
  | CompressedCertificate
  | CertificateVerify
  | Finished
  | NewSessionTicket
  | KeyUpdate
  | EndOfEarlyData;

/** A message by its name; hello_retry_request is one although it has no code of its own. */
export type HandshakeName = HandshakeMessage['type'];

/** The message of a name. */
export type MessageOf<Name extends HandshakeName> = Extract<HandshakeMessage, { readonly type: Name }>;

const RFC = 'RFC 8446 section 4';

/** Reads a body. `message` is the whole message that the reader was made of. */
type BodyDecoder = (reader: Reader, message: Uint8Array) => HandshakeMessage;

const DECODERS: ReadonlyMap<number, BodyDecoder> = new Map<number, BodyDecoder>([
  [HANDSHAKE_TYPES.client_hello, decodeClientHello],
  [HANDSHAKE_TYPES.server_hello, decodeServerHello],
  [HANDSHAKE_TYPES.new_session_ticket, decodeNewSessionTicket],
  [HANDSHAKE_TYPES.end_of_early_data, decodeEndOfEarlyData],
  [HANDSHAKE_TYPES.encrypted_extensions, decodeEncryptedExtensions],
  [HANDSHAKE_TYPES.certificate, decodeCertificate],
  [HANDSHAKE_TYPES.compressed_certificate, decodeCompressedCertificate],
  [HANDSHAKE_TYPES.certificate_request, decodeCertificateRequest],
  [HANDSHAKE_TYPES.certificate_verify, decodeCertificateVerify],
  [HANDSHAKE_TYPES.finished, decodeFinished],
  [HANDSHAKE_TYPES.key_update, decodeKeyUpdate],
]);

/**
 * Decodes one handshake message of TLS 1.3.
 * @param typeCode the HandshakeType, which is the first of `message`'s bytes.
 * @param message header and body. The result keeps views of it.
 * @param sink receives every field, with offsets into `message`.
 * @throws TlsError UNEXPECTED_MESSAGE for a type that TLS 1.3 does not have; DECODE_ERROR, ILLEGAL_PARAMETER,
 * DUPLICATE_EXTENSION or LIMIT_EXCEEDED for a bad body
 */
export function decodeMessage(typeCode: number, message: Uint8Array, sink?: FieldSink): HandshakeMessage {
  const decode = DECODERS.get(typeCode);
  const name = handshakeTypeName(typeCode) ?? `handshake type ${typeCode}`;
  if (decode === undefined) throw notAMessage(message, 'TLS 1.3', RFC);
  return decoding(name, RFC, () => decode(handshakeBody(message, sink), message));
}
