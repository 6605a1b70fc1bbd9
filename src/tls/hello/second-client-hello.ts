import { equal } from '../../bytes/index.ts';
import type { GroupName } from '../../crypto/index.ts';
import { illegalParameter } from '../error.ts';
import { cookie } from '../extensions/cookie.ts';
import type { ClientHello } from '../messages/client-hello.ts';
import { EXTENSION_TYPES } from '../registry/extension-types.ts';

const SPEC = 'RFC 8446 section 4.1.2';

/** Extensions that a second ClientHello may change, add or drop (RFC 8446 section 4.1.2). */
const CHANGEABLE: ReadonlySet<number> = new Set([
  EXTENSION_TYPES.key_share,
  EXTENSION_TYPES.early_data,
  EXTENSION_TYPES.cookie,
  EXTENSION_TYPES.pre_shared_key,
  EXTENSION_TYPES.padding,
]);

/**
 * Checks that a second ClientHello is the first but for what a HelloRetryRequest changes.
 * @param sent the cookie that has to come back.
 */
export function checkSecondClientHello(first: ClientHello, second: ClientHello, sent: Uint8Array | undefined): void {
  const same =
    first.legacyVersion === second.legacyVersion &&
    equal(first.random, second.random) &&
    equal(first.legacySessionId, second.legacySessionId) &&
    first.cipherSuites.length === second.cipherSuites.length &&
    first.cipherSuites.every((suite, i) => suite === second.cipherSuites[i]);
  if (!same) throw illegalParameter('the second ClientHello differs from the first in its fixed fields', SPEC);
  const before = fixedExtensions(first);
  const after = fixedExtensions(second);
  const equalExtensions =
    before.length === after.length &&
    before.every(({ id, data }, i) => id === after[i]?.id && equal(data, after[i].data));
  if (!equalExtensions) {
    throw illegalParameter('the second ClientHello differs from the first in extensions it may not change', SPEC);
  }
  if (second.extensions.has(EXTENSION_TYPES.early_data)) {
    throw illegalParameter('the second ClientHello offers early data', 'RFC 8446 section 4.2.10');
  }
  const echoed = second.extensions.get(cookie.clientHello);
  if (sent === undefined ? echoed !== undefined : echoed === undefined || !equal(sent, echoed)) {
    throw illegalParameter('the second ClientHello does not echo the cookie', 'RFC 8446 section 4.2.2');
  }
}

/** The second ClientHello holds exactly one share, of the group that was asked for (RFC 8446 section 4.2.8). */
export function checkSecondShare(shares: readonly { readonly group: number }[], code: number, group: GroupName): void {
  if (shares.length === 1 && shares[0]?.group === code) return;
  throw illegalParameter(`the second ClientHello's key_share is not one share of ${group}`, 'RFC 8446 section 4.2.8');
}

function fixedExtensions(hello: ClientHello) {
  return hello.extensions.raw.filter(({ id }) => !CHANGEABLE.has(id));
}
