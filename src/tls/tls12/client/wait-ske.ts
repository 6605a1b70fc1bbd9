import { concat } from '../../../bytes/index.ts';
import type { HandshakeContext } from '../../context.ts';
import { illegalParameter } from '../../error.ts';
import type { Next, Received } from '../../machine.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { judgePeer } from '../../negotiate/peer.ts';
import { isSha1, SignatureVerified } from '../../negotiate/signature.ts';
import { showScheme } from '../../registry/display.ts';
import { serverKeyOf } from './key-exchange.ts';
import type { ClientStateOf } from './state.ts';

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
  const serverKey = serverKeyOf(settings.groups, message.params);
  if (serverKey.kind === 'ecdhe') context.info.group = serverKey.group;
  const { algorithm = 0, signature = new Uint8Array(0), signedParams } = message;
  const { randoms } = agreed;
  const proof = SignatureVerified.checkTls12(
    'server_key_exchange',
    peer.key,
    settings.schemeCodes,
    { algorithm, signature },
    concat([randoms.client, randoms.server, signedParams]),
  );
  if (isSha1(algorithm) && !settings.legacy.includes('sha1-signatures')) {
    const what = `signature algorithm ${showScheme(algorithm)}`;
    throw illegalParameter(
      `${what} is for certificates, it takes sha1-signatures among legacy here`,
      'RFC 9155 section 3',
    );
  }
  return judgePeer(context, peer, proof, (authenticated) => ({
    name: 'WAIT_CR_SHD',
    offer,
    agreed,
    peer: authenticated,
    serverKey,
  }));
}
