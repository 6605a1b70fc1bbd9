import type { HandshakeContext } from '../../context.ts';
import { decodeError } from '../../error.ts';
import type { Next, Received } from '../../machine.ts';
import type { CertificateStatus } from '../../messages/tls12/certificate-status.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { type UnverifiedPeer, withPeerKey } from '../../negotiate/peer.ts';
import { checkKeyOfSuite } from '../authentication.ts';
import type { ClientStateOf } from './state.ts';

type AfterCertificate = ClientStateOf<'WAIT_SKE' | 'WAIT_STATUS_SKE' | 'WAIT_CR_SHD' | 'WAIT_STATUS_CR_SHD'>;

/** WAIT_CERT, certificate: the server's, never empty. */
export function certificate(
  context: HandshakeContext,
  { offer, agreed, mayHaveStatus, scts }: ClientStateOf<'WAIT_CERT'>,
  { message }: Received<'certificate', Tls12Message>,
): Next<AfterCertificate> {
  if (message.certificateList.length === 0) {
    throw decodeError("the server's certificate_list is empty", 'RFC 5246 section 7.4.2');
  }
  // SCTs are the leaf's (RFC 6962 section 3.3).
  const chain = message.certificateList.map(({ certData }, depth) => ({
    der: certData,
    ...(depth === 0 && scts !== undefined && { scts }),
  }));
  const encrypts = agreed.suite.keyExchange === 'rsa';
  return withPeerKey(
    context,
    chain,
    (peer): AfterCertificate => {
      checkKeyOfSuite(agreed.suite, peer, offer.settings.groupCodes);
      if (!encrypts) return { name: mayHaveStatus ? 'WAIT_STATUS_SKE' : 'WAIT_SKE', offer, agreed, peer };
      const serverKey = { kind: 'rsa', spki: peer.spki } as const;
      return { name: mayHaveStatus ? 'WAIT_STATUS_CR_SHD' : 'WAIT_CR_SHD', offer, agreed, peer, serverKey };
    },
    encrypts ? 'key encipherment' : 'signatures',
  );
}

/** WAIT_STATUS_SKE, certificate_status. */
export function certificateStatus(
  context: HandshakeContext,
  { offer, agreed, peer }: ClientStateOf<'WAIT_STATUS_SKE'>,
  { message }: Received<'certificate_status', Tls12Message>,
): ClientStateOf<'WAIT_SKE'> {
  return { name: 'WAIT_SKE', offer, agreed, peer: withStatus(context, peer, message) };
}

/** WAIT_STATUS_CR_SHD, certificate_status. */
export function statusOfDecrypting(
  context: HandshakeContext,
  { offer, agreed, peer, serverKey }: ClientStateOf<'WAIT_STATUS_CR_SHD'>,
  { message }: Received<'certificate_status', Tls12Message>,
): ClientStateOf<'WAIT_CR_SHD'> {
  return { name: 'WAIT_CR_SHD', offer, agreed, peer: withStatus(context, peer, message), serverKey };
}

/** The OCSP response stands beside the leaf from now on. */
function withStatus(context: HandshakeContext, peer: UnverifiedPeer, { response }: CertificateStatus): UnverifiedPeer {
  const chain = peer.chain.map((entry, depth) => (depth === 0 ? { ...entry, ocspResponse: response } : entry));
  context.info.peerCertificates = chain;
  return { ...peer, chain };
}
