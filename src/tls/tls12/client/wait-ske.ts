import { concat } from '../../../bytes/index.ts';
import type { HandshakeContext } from '../../context.ts';
import { illegalParameter } from '../../error.ts';
import type { Next, Received } from '../../machine.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import type { ServerKeyExchange } from '../../messages/tls12/server-key-exchange.ts';
import { judgePeer } from '../../negotiate/peer.ts';
import { SignatureVerified } from '../../negotiate/signature.ts';
import { showGroup } from '../../registry/display.ts';
import { groupForProvider, isElliptic } from '../../registry/named-groups.ts';
import type { ClientStateOf, ServerKey } from './state.ts';

/**
 * WAIT_SKE and WAIT_STATUS_SKE, server_key_exchange: the server proves that the certificate is its own, and that the key
 * is (RFC 8422 section 5.4).
 */
export function serverKeyExchange(
  context: HandshakeContext,
  { offer, agreed, peer }: ClientStateOf<'WAIT_SKE'> | ClientStateOf<'WAIT_STATUS_SKE'>,
  { message }: Received<'server_key_exchange', Tls12Message>,
): Next<ClientStateOf<'WAIT_CR_SHD'>> {
  const { settings } = offer;
  const serverKey = keyOf(settings.groups, message);
  context.info.group = serverKey.group;
  const { algorithm = 0, signature = new Uint8Array(0), signedParams } = message;
  const { randoms } = agreed;
  const proof = SignatureVerified.checkTls12(
    'server_key_exchange',
    peer.key,
    settings.schemeCodes,
    { algorithm, signature },
    concat([randoms.client, randoms.server, signedParams]),
  );
  return judgePeer(context, peer, proof, (authenticated) => ({
    name: 'WAIT_CR_SHD',
    offer,
    agreed,
    peer: authenticated,
    serverKey,
  }));
}

function keyOf(groups: readonly string[], { params }: ServerKeyExchange): ServerKey {
  if (params.kind !== 'ecdhe') throw new Error(`a suite of ${params.kind} was not offered`);
  const group = groupForProvider(params.group);
  if (group !== undefined && isElliptic(group) && groups.includes(group)) return { group, publicKey: params.publicKey };
  throw illegalParameter(`named_curve ${showGroup(params.group)} was not offered`, 'RFC 8422 section 5.4');
}
