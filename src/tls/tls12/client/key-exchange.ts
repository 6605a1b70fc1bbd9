import { concat } from '../../../bytes/index.ts';
import type { CryptoProvider, FiniteField, GroupName, LegacyCrypto } from '../../../crypto/index.ts';
import type { HandshakeContext } from '../../context.ts';
import { illegalParameter } from '../../error.ts';
import type { ServerKeyParams } from '../../messages/tls12/server-key-exchange.ts';
import { usingShare } from '../../negotiate/group.ts';
import { showGroup } from '../../registry/display.ts';
import { groupForProvider, isElliptic } from '../../registry/named-groups.ts';
import { VERSIONS } from '../../registry/versions.ts';

/** The server's key that the premaster secret is agreed on by: an ephemeral one, which it has signed, or its certificate's. */
export type ServerKey =
  | { readonly kind: 'ecdhe'; readonly group: GroupName; readonly publicKey: Uint8Array }
  | { readonly kind: 'dhe'; readonly field: FiniteField; readonly publicKey: Uint8Array }
  | { readonly kind: 'rsa'; readonly spki: Uint8Array };

/** Bytes of random in an RSA premaster secret (RFC 5246 section 7.4.7.1). */
const PREMASTER_RANDOM = 46;

/** The key in a ServerKeyExchange. @param groups that were offered @throws TlsError ILLEGAL_PARAMETER */
export function serverKeyOf(groups: readonly string[], params: ServerKeyParams): ServerKey {
  if (params.kind === 'dhe') {
    const { prime, generator, publicKey } = params;
    return { kind: 'dhe', field: { prime, generator }, publicKey };
  }
  const group = groupForProvider(params.group);
  if (group !== undefined && isElliptic(group) && groups.includes(group)) {
    return { kind: 'ecdhe', group, publicKey: params.publicKey };
  }
  throw illegalParameter(`named_curve ${showGroup(params.group)} was not offered`, 'RFC 8422 section 5.4');
}

/**
 * The client's half: what ClientKeyExchange carries, and the premaster secret.
 * @throws TlsError BAD_KEY_SHARE
 */
export function agreeWith(
  { crypto }: Pick<HandshakeContext, 'crypto'>,
  key: ServerKey,
): { readonly exchangeKeys: Uint8Array; readonly secret: Uint8Array } {
  if (key.kind === 'rsa') {
    // The version that was offered, so that nobody makes it an older one (RFC 5246 section 7.4.7.1).
    const version = Uint8Array.of(VERSIONS.tls12 >> 8, VERSIONS.tls12 & 0xff);
    const secret = concat([version, crypto.random(PREMASTER_RANDOM)]);
    return { exchangeKeys: legacyOf(crypto).encryptRsa(key.spki, secret), secret };
  }
  const { share, secret } =
    key.kind === 'dhe'
      ? usingShare(() => legacyOf(crypto).respondInField(key.field, key.publicKey), 'the group of the server')
      : usingShare(() => crypto.group(key.group).respond(key.publicKey), key.group);
  return { exchangeKeys: share, secret };
}

function legacyOf({ legacy }: CryptoProvider): LegacyCrypto {
  if (legacy === undefined) throw new Error('an old suite was negotiated without a provider for it');
  return legacy;
}
