import { toLatin1 } from '../../bytes/index.ts';
import { illegalParameter, TlsError } from '../error.ts';
import { alpn } from '../extensions/alpn.ts';
import { certificateAuthorities } from '../extensions/certificate-authorities.ts';
import { type KeyShareEntry, keyShare } from '../extensions/key-share.ts';
import { preSharedKey } from '../extensions/pre-shared-key.ts';
import { pskKeyExchangeModes } from '../extensions/psk-key-exchange-modes.ts';
import { serverName } from '../extensions/server-name.ts';
import { signatureAlgorithms } from '../extensions/signature-algorithms.ts';
import { signatureAlgorithmsCert } from '../extensions/signature-algorithms-cert.ts';
import { supportedGroups } from '../extensions/supported-groups.ts';
import type { ClientHello } from '../messages/client-hello.ts';
import { showGroup } from '../registry/display.ts';
import type { ClientHelloSummary } from '../requests.ts';

/** A ClientHello of TLS 1.3 that has what section 9.2 demands. */
export interface CheckedClientHello {
  readonly message: ClientHello;
  readonly summary: ClientHelloSummary;
  readonly shares: readonly KeyShareEntry[];
}

/** Checks a ClientHello against what TLS 1.3 demands of it (RFC 8446 sections 4.1.2, 4.2.8 and 9.2). */
export function checkClientHello(message: ClientHello): CheckedClientHello {
  const { extensions } = message;
  if (message.legacyCompressionMethods.length !== 1 || message.legacyCompressionMethods[0] !== 0) {
    throw illegalParameter('legacy_compression_methods is not a single 0', 'RFC 8446 section 4.1.2');
  }
  const offersPsk = extensions.has(preSharedKey.clientHello.id);
  // A client with a pre-shared key may have no use for the others.
  if (!offersPsk) required(extensions.get(signatureAlgorithms.clientHello), 'signature_algorithms');
  const hasGroups = !offersPsk || extensions.has(supportedGroups.clientHello.id);
  const hasShares = !offersPsk || extensions.has(keyShare.clientHello.id);
  const groups = hasShares ? required(extensions.get(supportedGroups.clientHello), 'supported_groups') : [];
  const shares = hasGroups ? required(extensions.get(keyShare.clientHello), 'key_share') : [];
  checkShares(shares, groups);
  // RFC 8446 section 4.2.9.
  if (offersPsk) {
    required(extensions.get(pskKeyExchangeModes.clientHello), 'psk_key_exchange_modes beside pre_shared_key');
  }
  return { message, shares, summary: summarize(message) };
}

/** What a choice of credential may be based on, in any version. */
export function summarize({ cipherSuites, extensions }: ClientHello): ClientHelloSummary {
  const signatureSchemes = extensions.get(signatureAlgorithms.clientHello) ?? [];
  return {
    serverName: extensions.get(serverName.clientHello),
    alpn: (extensions.get(alpn.clientHello) ?? []).map(toLatin1),
    cipherSuites,
    groups: extensions.get(supportedGroups.clientHello) ?? [],
    signatureSchemes,
    signatureSchemesCert: extensions.get(signatureAlgorithmsCert.clientHello) ?? signatureSchemes,
    certificateAuthorities: extensions.get(certificateAuthorities.clientHello) ?? [],
  };
}

/** What a key exchange needs, of a client that offers pre-shared keys (RFC 8446 section 9.2). */
export function requireGroups({ extensions }: ClientHello): void {
  required(extensions.get(supportedGroups.clientHello), 'supported_groups');
}

/** What a certificate needs, of a client that offers pre-shared keys (RFC 8446 section 9.2). */
export function requireSignatureSchemes({ extensions }: ClientHello): void {
  required(extensions.get(signatureAlgorithms.clientHello), 'signature_algorithms');
}

/** Shares are for groups among those supported (RFC 8446 section 4.2.8); the decoder refused two for one group. */
function checkShares(shares: readonly KeyShareEntry[], groups: readonly number[]): void {
  const supported = new Set(groups);
  for (const { group } of shares) {
    if (supported.has(group)) continue;
    const message = `a key share, but no supported_groups entry, for ${showGroup(group)}`;
    throw illegalParameter(message, 'RFC 8446 section 4.2.8');
  }
}

function required<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new TlsError({
    code: 'MISSING_EXTENSION',
    alert: 'missing_extension',
    fault: 'peer',
    message: `client_hello has no ${name}`,
    spec: 'RFC 8446 section 9.2',
  });
}
