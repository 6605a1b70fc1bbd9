import { equal } from '../../bytes/index.ts';
import type { GroupName } from '../../crypto/index.ts';
import { illegalParameter } from '../error.ts';
import { checkSolicited } from '../extensions/block.ts';
import { cookie } from '../extensions/cookie.ts';
import { keyShare } from '../extensions/key-share.ts';
import type { HelloRetryRequest, ServerHello } from '../messages/server-hello.ts';
import type { Tls13Suite } from '../registry/cipher-suites.ts';
import { showGroup, showSuite } from '../registry/display.ts';
import { groupForProvider } from '../registry/named-groups.ts';
import { VERSIONS, versionName } from '../registry/versions.ts';
import type { Offer } from './offer.ts';

const SPEC = 'RFC 8446 section 4.1.3';

/** Longest cookie that is echoed, in bytes: the second ClientHello has 2^16 for all its extensions. */
export const MAX_COOKIE_LENGTH = 2 ** 14;

/** The checks that a ServerHello and a HelloRetryRequest of TLS 1.3 share; the suite that was chosen. */
export function checkReply(offer: Offer, reply: ServerHello | HelloRetryRequest): Tls13Suite {
  if (reply.legacyVersion !== VERSIONS.tls12) {
    throw illegalParameter(`legacy_version is ${versionName(reply.legacyVersion)}, expected TLS 1.2`, SPEC);
  }
  if (!equal(reply.legacySessionIdEcho, offer.legacySessionId)) {
    throw illegalParameter('legacy_session_id_echo differs from the legacy_session_id sent', SPEC);
  }
  return checkSelection(offer, reply, offer.settings.suites);
}

/** The checks of a reply in any version; the suite that was chosen. @param suites those of the version */
export function checkSelection<S extends { readonly code: number }>(
  offer: Offer,
  reply: ServerHello | HelloRetryRequest,
  suites: readonly S[],
): S {
  checkSolicited(reply.extensions, offer.extensionIds, reply.type);
  if (reply.legacyCompressionMethod !== 0) {
    throw illegalParameter(`legacy_compression_method is ${reply.legacyCompressionMethod}, expected 0`, SPEC);
  }
  const suite = suites.find(({ code }) => code === reply.cipherSuite);
  if (suite !== undefined) return suite;
  throw illegalParameter(`cipher_suite ${showSuite(reply.cipherSuite)} was not offered`, SPEC);
}

/** The group and cookie a HelloRetryRequest asks for; it must change something (RFC 8446 section 4.1.4). */
export function checkRetry(
  offer: Offer,
  retry: HelloRetryRequest,
): { readonly group: GroupName | undefined; readonly cookie: Uint8Array | undefined } {
  const spec = 'RFC 8446 sections 4.1.4 and 4.2.8';
  const code = retry.extensions.get(keyShare.helloRetryRequest);
  const echoed = retry.extensions.get(cookie.helloRetryRequest);
  if (echoed !== undefined && echoed.length > MAX_COOKIE_LENGTH) {
    throw illegalParameter(`cookie of ${echoed.length} bytes, at most ${MAX_COOKIE_LENGTH} are echoed`, spec);
  }
  if (code === undefined) {
    if (echoed === undefined) throw illegalParameter('HelloRetryRequest asks for no change', spec);
    return { group: undefined, cookie: echoed };
  }
  const group = groupForProvider(code);
  if (group === undefined || !offer.settings.groups.includes(group)) {
    throw illegalParameter(`selected_group ${showGroup(code)} was not offered`, spec);
  }
  if (offer.shares.has(code)) throw illegalParameter(`a share of selected_group ${group} was already sent`, spec);
  return { group, cookie: echoed };
}
