import type { HandshakeContext } from '../../context.ts';
import { illegalParameter } from '../../error.ts';
import { alpn } from '../../extensions/alpn.ts';
import { checkSolicited, type ExtensionBlock } from '../../extensions/block.ts';
import { earlyData } from '../../extensions/early-data.ts';
import { quicTransportParameters } from '../../extensions/quic-transport-parameters.ts';
import { recordSizeLimit } from '../../extensions/record-size-limit.ts';
import { serverName } from '../../extensions/server-name.ts';
import { takeAnswers } from '../../hello/answers.ts';
import type { Next, Received } from '../../machine.ts';
import { resumePeer } from '../../negotiate/peer.ts';
import { requireProtocol, transportParameters } from '../../negotiate/quic.ts';
import type { ClientStateOf } from './state.ts';

/** WAIT_EE, encrypted_extensions. */
export function encryptedExtensions(
  context: HandshakeContext,
  state: ClientStateOf<'WAIT_EE'>,
  { message: { extensions } }: Received<'encrypted_extensions'>,
): Next<ClientStateOf<'WAIT_CERT_CR'> | ClientStateOf<'WAIT_FINISHED'>> {
  const { offer, secrets, resumed } = state;
  checkSolicited(extensions, offer.extensionIds, 'encrypted_extensions');
  takeAnswers(context, offer, {
    protocol: extensions.get(alpn.encryptedExtensions),
    name: extensions.get(serverName.encryptedExtensions),
    limit: extensions.get(recordSizeLimit.encryptedExtensions),
  });
  if (context.isQuic) {
    requireProtocol(context.info.alpn);
    context.info.peerTransportParameters = transportParameters(extensions, quicTransportParameters.encryptedExtensions);
  }
  const earlyData = earlyDataAccepted(context, state, extensions);
  if (resumed === undefined) return { name: 'WAIT_CERT_CR', offer, secrets };
  const { psk, proof } = resumed;
  return resumePeer(context, proof, psk.session?.peerCertificates ?? [], (peer) => {
    return { name: 'WAIT_FINISHED', offer, secrets, request: undefined, peer, psk, earlyData };
  });
}

/** Whether the server takes the 0-RTT data, under what its session agreed on and nothing else (RFC 8446 section 4.2.10). */
function earlyDataAccepted(
  context: HandshakeContext,
  { offer, secrets, resumed, earlyData: isOpen }: ClientStateOf<'WAIT_EE'>,
  extensions: ExtensionBlock,
): boolean {
  const isAccepted = extensions.get(earlyData.encryptedExtensions) !== undefined;
  const spec = 'RFC 8446 section 4.2.10';
  if (isAccepted && !isOpen) throw illegalParameter('early data is taken under a key that is not the first', spec);
  if (!isOpen) return false;
  const { cipherSuite, alpn: protocol } = context.info;
  if (!isAccepted) {
    context.info.earlyData = 'rejected';
    if (!context.isQuic) context.setWriteKey('handshake', secrets.client);
    return false;
  }
  if (resumed?.psk.suite !== secrets.client.suite) {
    throw illegalParameter(
      `early data is taken with ${cipherSuite}, it was sent with ${offer.psks[0]?.suite.name}`,
      spec,
    );
  }
  if (resumed.psk.session?.alpn !== protocol) {
    throw illegalParameter(`early data is taken with another ALPN protocol than that of the session`, spec);
  }
  context.info.earlyData = 'accepted';
  return true;
}
