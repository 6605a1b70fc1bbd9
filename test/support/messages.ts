/**
 * Arbitrary values of every extension and every handshake message, for properties and as seeds of fuzzing. A new
 * codec needs a line here: a test fails until it has one.
 */
import fc, { type Arbitrary } from 'fast-check';
import { alpn } from '../../src/tls/extensions/alpn.ts';
import { extension, type RawExtension } from '../../src/tls/extensions/block.ts';
import { certificateAuthorities } from '../../src/tls/extensions/certificate-authorities.ts';
import type { ExtensionCodec, ExtensionContext } from '../../src/tls/extensions/codec.ts';
import { compressCertificate } from '../../src/tls/extensions/compress-certificate.ts';
import { cookie } from '../../src/tls/extensions/cookie.ts';
import { earlyData } from '../../src/tls/extensions/early-data.ts';
import { ecPointFormats } from '../../src/tls/extensions/ec-point-formats.ts';
import { encryptThenMac } from '../../src/tls/extensions/encrypt-then-mac.ts';
import { extendedMasterSecret } from '../../src/tls/extensions/extended-master-secret.ts';
import { keyShare } from '../../src/tls/extensions/key-share.ts';
import { isBeforeTls13, isKnown } from '../../src/tls/extensions/known.ts';
import { oidFilters } from '../../src/tls/extensions/oid-filters.ts';
import { padding } from '../../src/tls/extensions/padding.ts';
import { postHandshakeAuth } from '../../src/tls/extensions/post-handshake-auth.ts';
import { preSharedKey } from '../../src/tls/extensions/pre-shared-key.ts';
import { pskKeyExchangeModes } from '../../src/tls/extensions/psk-key-exchange-modes.ts';
import { quicTransportParameters } from '../../src/tls/extensions/quic-transport-parameters.ts';
import { recordSizeLimit } from '../../src/tls/extensions/record-size-limit.ts';
import { renegotiationInfo } from '../../src/tls/extensions/renegotiation-info.ts';
import { serverName } from '../../src/tls/extensions/server-name.ts';
import { sessionTicket } from '../../src/tls/extensions/session-ticket.ts';
import { signatureAlgorithms } from '../../src/tls/extensions/signature-algorithms.ts';
import { signatureAlgorithmsCert } from '../../src/tls/extensions/signature-algorithms-cert.ts';
import { signedCertificateTimestamp } from '../../src/tls/extensions/signed-certificate-timestamp.ts';
import { statusRequest } from '../../src/tls/extensions/status-request.ts';
import { supportedGroups } from '../../src/tls/extensions/supported-groups.ts';
import { supportedVersions } from '../../src/tls/extensions/supported-versions.ts';
import { encodeCertificate } from '../../src/tls/messages/certificate.ts';
import { encodeCertificateRequest } from '../../src/tls/messages/certificate-request.ts';
import { encodeCertificateVerify } from '../../src/tls/messages/certificate-verify.ts';
import { encodeClientHello } from '../../src/tls/messages/client-hello.ts';
import { encodeCompressedCertificate } from '../../src/tls/messages/compressed-certificate.ts';
import { encodeEncryptedExtensions } from '../../src/tls/messages/encrypted-extensions.ts';
import { encodeEndOfEarlyData } from '../../src/tls/messages/end-of-early-data.ts';
import { encodeFinished } from '../../src/tls/messages/finished.ts';
import { encodeKeyUpdate } from '../../src/tls/messages/key-update.ts';
import type { HandshakeName } from '../../src/tls/messages/message.ts';
import { encodeNewSessionTicket } from '../../src/tls/messages/new-session-ticket.ts';
import {
  encodeHelloRetryRequest,
  encodeServerHello,
  HELLO_RETRY_REQUEST_RANDOM,
} from '../../src/tls/messages/server-hello.ts';

/** A codec with values that it must carry. */
export interface ExtensionCase {
  readonly codec: ExtensionCodec<unknown>;
  readonly value: Arbitrary<unknown>;
}

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u16s = fc.array(u16, { minLength: 1, maxLength: 20 });
const algorithms = fc.uniqueArray(u16, { minLength: 1, maxLength: 20 });
const u8s = fc.array(u8, { minLength: 1, maxLength: 20 });
const nothing = fc.constant(null);

function bytes(minLength: number, maxLength = 60): Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength });
}

function several<T>(element: Arbitrary<T>, minLength = 1): Arbitrary<T[]> {
  return fc.array(element, { minLength, maxLength: 5 });
}

const share = fc.record({ group: u16, keyExchange: bytes(1) });
const psks = several(
  fc.record({ identity: fc.record({ identity: bytes(1), obfuscatedTicketAge: u32 }), binder: bytes(32, 255) }),
).map((offers) => ({
  identities: offers.map(({ identity }) => identity),
  binders: offers.map(({ binder }) => binder),
}));
const oidFilter = fc.record({ oid: bytes(1, 255), values: bytes(0) });
const recordSize = fc.integer({ min: 64, max: 0xffff });

/** Every codec with arbitrary values. */
export const EXTENSION_CASES: readonly ExtensionCase[] = [
  { codec: alpn.clientHello, value: several(bytes(1, 255)) },
  { codec: alpn.encryptedExtensions, value: bytes(1, 255) },
  { codec: alpn.serverHello, value: bytes(1, 255) },
  { codec: certificateAuthorities.clientHello, value: several(bytes(1)) },
  { codec: certificateAuthorities.certificateRequest, value: several(bytes(1)) },
  { codec: compressCertificate.clientHello, value: algorithms },
  { codec: compressCertificate.certificateRequest, value: algorithms },
  { codec: cookie.clientHello, value: bytes(1) },
  { codec: cookie.helloRetryRequest, value: bytes(1) },
  { codec: earlyData.clientHello, value: nothing },
  { codec: earlyData.encryptedExtensions, value: nothing },
  { codec: earlyData.newSessionTicket, value: u32 },
  { codec: ecPointFormats.clientHello, value: u8s },
  { codec: ecPointFormats.serverHello, value: u8s },
  { codec: encryptThenMac.clientHello, value: nothing },
  { codec: encryptThenMac.serverHello, value: nothing },
  { codec: extendedMasterSecret.clientHello, value: nothing },
  { codec: extendedMasterSecret.serverHello, value: nothing },
  {
    codec: keyShare.clientHello,
    value: fc.uniqueArray(share, { maxLength: 5, selector: ({ group }) => group }),
  },
  { codec: keyShare.serverHello, value: share },
  { codec: keyShare.helloRetryRequest, value: u16 },
  { codec: oidFilters.certificateRequest, value: several(oidFilter, 0) },
  { codec: padding.clientHello, value: fc.integer({ min: 0, max: 600 }) },
  { codec: postHandshakeAuth.clientHello, value: nothing },
  { codec: preSharedKey.clientHello, value: psks },
  { codec: preSharedKey.serverHello, value: u16 },
  { codec: pskKeyExchangeModes.clientHello, value: u8s },
  { codec: quicTransportParameters.clientHello, value: bytes(0) },
  { codec: quicTransportParameters.encryptedExtensions, value: bytes(0) },
  { codec: recordSizeLimit.clientHello, value: recordSize },
  { codec: recordSizeLimit.encryptedExtensions, value: recordSize },
  { codec: recordSizeLimit.serverHello, value: recordSize },
  { codec: renegotiationInfo.clientHello, value: bytes(0, 255) },
  { codec: renegotiationInfo.serverHello, value: bytes(0, 255) },
  { codec: serverName.clientHello, value: fc.domain() },
  { codec: serverName.encryptedExtensions, value: nothing },
  { codec: serverName.serverHello, value: nothing },
  { codec: sessionTicket.clientHello, value: bytes(0) },
  { codec: sessionTicket.serverHello, value: nothing },
  { codec: signatureAlgorithms.clientHello, value: u16s },
  { codec: signatureAlgorithms.certificateRequest, value: u16s },
  { codec: signatureAlgorithmsCert.clientHello, value: u16s },
  { codec: signatureAlgorithmsCert.certificateRequest, value: u16s },
  { codec: signedCertificateTimestamp.clientHello, value: nothing },
  { codec: signedCertificateTimestamp.certificateRequest, value: nothing },
  { codec: signedCertificateTimestamp.certificate, value: several(bytes(1)) },
  { codec: signedCertificateTimestamp.serverHello, value: several(bytes(1)) },
  { codec: statusRequest.clientHello, value: nothing },
  { codec: statusRequest.certificateRequest, value: nothing },
  { codec: statusRequest.certificate, value: bytes(1) },
  { codec: statusRequest.serverHello, value: nothing },
  { codec: supportedGroups.clientHello, value: u16s },
  { codec: supportedGroups.encryptedExtensions, value: u16s },
  { codec: supportedVersions.clientHello, value: u16s },
  { codec: supportedVersions.serverHello, value: u16 },
  { codec: supportedVersions.helloRetryRequest, value: u16 },
];

/** Extensions as a well-behaved TLS 1.3 peer orders them in a message, unknown ones among them. */
export function extensionsOf(context: ExtensionContext): Arbitrary<RawExtension[]> {
  const known = EXTENSION_CASES.filter(({ codec }) => codec.context === context && !isBeforeTls13(codec));
  const raw = known.map(({ codec, value }) => value.map((decoded) => extension(codec, decoded)));
  const unknown = fc.record({ id: u16.filter((id) => !isKnown(id)), data: bytes(0) });
  return fc
    .shuffledSubarray([...raw, unknown, unknown])
    .chain((chosen) => fc.tuple(...chosen))
    .map((list) => inOrder(context, list));
}

/** No extension twice, and pre_shared_key last in a ClientHello (RFC 8446 section 4.2.11). */
function inOrder(context: ExtensionContext, list: readonly RawExtension[]): RawExtension[] {
  const unique = [...new Map(list.map((raw) => [raw.id, raw])).values()];
  const isLast = ({ id }: RawExtension) => context === 'client_hello' && id === preSharedKey.clientHello.id;
  return [...unique.filter((raw) => !isLast(raw)), ...unique.filter(isLast)];
}

/** A message with what its decoder must give. */
export interface MessageCase {
  readonly name: HandshakeName;
  /** Header and body. */
  readonly bytes: Uint8Array;
  /** All fields but the type, with extensions as they stand on the wire. */
  readonly fields: object;
}

const random = bytes(32, 32);

function message<T extends object>(
  name: HandshakeName,
  fields: Arbitrary<T>,
  encode: (fields: T) => Uint8Array,
): Arbitrary<MessageCase> {
  return fields.map((value) => ({ name, bytes: encode(value), fields: value }));
}

const serverHello = {
  legacyVersion: u16,
  legacySessionIdEcho: bytes(0, 32),
  cipherSuite: u16,
  legacyCompressionMethod: u8,
};

/** Every message with arbitrary fields. */
export const MESSAGE_CASES: Readonly<Record<HandshakeName, Arbitrary<MessageCase>>> = {
  client_hello: message(
    'client_hello',
    fc.record({
      legacyVersion: u16,
      random,
      legacySessionId: bytes(0, 32),
      cipherSuites: u16s,
      legacyCompressionMethods: bytes(1, 255),
      extensions: extensionsOf('client_hello'),
    }),
    encodeClientHello,
  ),
  server_hello: message(
    'server_hello',
    fc.record({ ...serverHello, random, extensions: extensionsOf('server_hello') }),
    encodeServerHello,
  ),
  hello_retry_request: message(
    'hello_retry_request',
    fc.record({
      ...serverHello,
      random: fc.constant(HELLO_RETRY_REQUEST_RANDOM),
      extensions: extensionsOf('hello_retry_request'),
    }),
    encodeHelloRetryRequest,
  ),
  encrypted_extensions: message(
    'encrypted_extensions',
    fc.record({ extensions: extensionsOf('encrypted_extensions') }),
    encodeEncryptedExtensions,
  ),
  certificate_request: message(
    'certificate_request',
    fc.record({ certificateRequestContext: bytes(0, 255), extensions: extensionsOf('certificate_request') }),
    encodeCertificateRequest,
  ),
  certificate: message(
    'certificate',
    fc.record({
      certificateRequestContext: bytes(0, 255),
      certificateList: several(fc.record({ certData: bytes(1), extensions: extensionsOf('certificate') }), 0),
    }),
    encodeCertificate,
  ),
  compressed_certificate: message(
    'compressed_certificate',
    fc.record({
      algorithm: u16,
      uncompressedLength: fc.integer({ min: 0, max: 0xff_ffff }),
      compressedCertificateMessage: bytes(1),
    }),
    encodeCompressedCertificate,
  ),
  certificate_verify: message(
    'certificate_verify',
    fc.record({ algorithm: u16, signature: bytes(0) }),
    encodeCertificateVerify,
  ),
  finished: message('finished', fc.record({ verifyData: bytes(0, 64) }), encodeFinished),
  new_session_ticket: message(
    'new_session_ticket',
    fc.record({
      ticketLifetime: u32,
      ticketAgeAdd: u32,
      ticketNonce: bytes(0, 255),
      ticket: bytes(1),
      extensions: extensionsOf('new_session_ticket'),
    }),
    encodeNewSessionTicket,
  ),
  key_update: message('key_update', fc.record({ requestUpdate: fc.boolean() }), encodeKeyUpdate),
  end_of_early_data: message('end_of_early_data', fc.constant({}), () => encodeEndOfEarlyData()),
};
