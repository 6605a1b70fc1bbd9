import { alpn } from './alpn.ts';
import { certificateAuthorities } from './certificate-authorities.ts';
import type { ExtensionCodec, ExtensionContext } from './codec.ts';
import { compressCertificate } from './compress-certificate.ts';
import { cookie } from './cookie.ts';
import { earlyData } from './early-data.ts';
import { ecPointFormats } from './ec-point-formats.ts';
import { encryptThenMac } from './encrypt-then-mac.ts';
import { extendedMasterSecret } from './extended-master-secret.ts';
import { keyShare } from './key-share.ts';
import { oidFilters } from './oid-filters.ts';
import { padding } from './padding.ts';
import { postHandshakeAuth } from './post-handshake-auth.ts';
import { preSharedKey } from './pre-shared-key.ts';
import { pskKeyExchangeModes } from './psk-key-exchange-modes.ts';
import { quicTransportParameters } from './quic-transport-parameters.ts';
import { recordSizeLimit } from './record-size-limit.ts';
import { renegotiationInfo } from './renegotiation-info.ts';
import { serverName } from './server-name.ts';
import { sessionTicket } from './session-ticket.ts';
import { signatureAlgorithms } from './signature-algorithms.ts';
import { signatureAlgorithmsCert } from './signature-algorithms-cert.ts';
import { signedCertificateTimestamp } from './signed-certificate-timestamp.ts';
import { statusRequest } from './status-request.ts';
import { supportedGroups } from './supported-groups.ts';
import { supportedVersions } from './supported-versions.ts';

/** Every extension that is implemented, each with its form per message. */
export const KNOWN_EXTENSIONS: readonly Readonly<Record<string, ExtensionCodec<unknown>>>[] = [
  alpn,
  certificateAuthorities,
  compressCertificate,
  cookie,
  earlyData,
  ecPointFormats,
  encryptThenMac,
  extendedMasterSecret,
  keyShare,
  oidFilters,
  padding,
  postHandshakeAuth,
  preSharedKey,
  pskKeyExchangeModes,
  quicTransportParameters,
  recordSizeLimit,
  renegotiationInfo,
  serverName,
  sessionTicket,
  signatureAlgorithms,
  signatureAlgorithmsCert,
  signedCertificateTimestamp,
  statusRequest,
  supportedGroups,
  supportedVersions,
];

const ALL = KNOWN_EXTENSIONS.flatMap((extension) => Object.values(extension));

/** Extensions of TLS 1.2 in a message where TLS 1.3 does not have them (RFC 8446 section 4.2). */
const BEFORE_TLS13: ReadonlySet<ExtensionCodec<unknown>> = new Set<ExtensionCodec<unknown>>([
  alpn.serverHello,
  ecPointFormats.serverHello,
  encryptThenMac.serverHello,
  extendedMasterSecret.serverHello,
  recordSizeLimit.serverHello,
  renegotiationInfo.serverHello,
  serverName.serverHello,
  sessionTicket.serverHello,
  signedCertificateTimestamp.serverHello,
  statusRequest.serverHello,
]);

/** Some servers of TLS 1.2 list their groups, for which there was no use (RFC 8446 section 4.2.7). */
const TLS12_ANSWERS: ReadonlySet<number> = new Set(
  [...BEFORE_TLS13, supportedGroups.encryptedExtensions].map((codec) => codec.id),
);

const IDS: ReadonlySet<number> = new Set(ALL.map((codec) => codec.id));

const BY_CONTEXT: Readonly<Record<ExtensionContext, ReadonlyMap<number, ExtensionCodec<unknown>>>> = {
  client_hello: codecsOf('client_hello'),
  server_hello: codecsOf('server_hello'),
  hello_retry_request: codecsOf('hello_retry_request'),
  encrypted_extensions: codecsOf('encrypted_extensions'),
  certificate_request: codecsOf('certificate_request'),
  certificate: codecsOf('certificate'),
  new_session_ticket: codecsOf('new_session_ticket'),
};

/** The extensions that are implemented for a message, by code. */
export function codecsFor(context: ExtensionContext): ReadonlyMap<number, ExtensionCodec<unknown>> {
  return BY_CONTEXT[context];
}

/** Whether the extension is implemented for any message. */
export function isKnown(id: number): boolean {
  return IDS.has(id);
}

/** Whether TLS 1.3 does not have the extension in this message. */
export function isBeforeTls13(codec: ExtensionCodec<unknown>): boolean {
  return BEFORE_TLS13.has(codec);
}

/** Whether a server answers the extension in a ServerHello of TLS 1.2. */
export function isTls12Answer(id: number): boolean {
  return TLS12_ANSWERS.has(id);
}

function codecsOf(context: ExtensionContext): ReadonlyMap<number, ExtensionCodec<unknown>> {
  return new Map(ALL.filter((codec) => codec.context === context).map((codec) => [codec.id, codec]));
}
