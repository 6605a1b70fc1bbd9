import type { HandshakeContext } from '../../context.ts';
import { decodeError } from '../../error.ts';
import type { Next, Received } from '../../machine.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { withPeerKey } from '../../negotiate/peer.ts';
import { checkKeyOfSuite } from '../authentication.ts';
import type { ClientStateOf } from './state.ts';

/** WAIT_CERT, certificate: the server's, never empty. */
export function certificate(
  context: HandshakeContext,
  { offer, agreed, mayHaveStatus, scts }: ClientStateOf<'WAIT_CERT'>,
  { message }: Received<'certificate', Tls12Message>,
): Next<ClientStateOf<'WAIT_SKE'> | ClientStateOf<'WAIT_STATUS_SKE'>> {
  if (message.certificateList.length === 0) {
    throw decodeError("the server's certificate_list is empty", 'RFC 5246 section 7.4.2');
  }
  // SCTs are the leaf's (RFC 6962 section 3.3).
  const chain = message.certificateList.map(({ certData }, depth) => ({
    der: certData,
    ...(depth === 0 && scts !== undefined && { scts }),
  }));
  type After = ClientStateOf<'WAIT_SKE'> | ClientStateOf<'WAIT_STATUS_SKE'>;
  return withPeerKey(context, chain, (peer): After => {
    checkKeyOfSuite(agreed.suite, peer, offer.settings.groupCodes);
    return { name: mayHaveStatus ? 'WAIT_STATUS_SKE' : 'WAIT_SKE', offer, agreed, peer };
  });
}

/** WAIT_STATUS_SKE, certificate_status: the OCSP response stands beside the leaf from now on. */
export function certificateStatus(
  context: HandshakeContext,
  { offer, agreed, peer }: ClientStateOf<'WAIT_STATUS_SKE'>,
  { message }: Received<'certificate_status', Tls12Message>,
): ClientStateOf<'WAIT_SKE'> {
  const chain = peer.chain.map((entry, depth) => (depth === 0 ? { ...entry, ocspResponse: message.response } : entry));
  context.info.peerCertificates = chain;
  return { name: 'WAIT_SKE', offer, agreed, peer: { ...peer, chain } };
}
