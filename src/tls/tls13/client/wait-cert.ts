import { EMPTY } from '../../../bytes/index.ts';
import type { HandshakeContext } from '../../context.ts';
import { decodeError } from '../../error.ts';
import type { Next, Received } from '../../machine.ts';
import { withPeerKey } from '../../negotiate/peer.ts';
import { peerChain } from '../authentication.ts';
import { decompressed } from '../compression.ts';
import type { ClientStateOf } from './state.ts';

/** WAIT_CERT and WAIT_CERT_CR, certificate: the server's, never empty (RFC 8446 section 4.4.2.4). */
export function certificate(
  context: HandshakeContext,
  state: ClientStateOf<'WAIT_CERT'> | ClientStateOf<'WAIT_CERT_CR'>,
  { message }: Received<'certificate'>,
): Next<ClientStateOf<'WAIT_CV'>> {
  const { offer, secrets } = state;
  if (message.certificateList.length === 0) {
    throw decodeError("the server's certificate_list is empty", 'RFC 8446 section 4.4.2.4');
  }
  const request = state.name === 'WAIT_CERT' ? state.request : undefined;
  const chain = peerChain(message, EMPTY, offer.extensionIds);
  return withPeerKey(context, chain, (peer) => ({ name: 'WAIT_CV', offer, secrets, request, peer }));
}

/** WAIT_CERT and WAIT_CERT_CR, compressed_certificate. */
export function compressedCertificate(
  context: HandshakeContext,
  state: ClientStateOf<'WAIT_CERT'> | ClientStateOf<'WAIT_CERT_CR'>,
  received: Received<'compressed_certificate'>,
): Next<ClientStateOf<'WAIT_CV'>> {
  const { certificateCompression } = state.offer.settings;
  return certificate(context, state, decompressed(context, certificateCompression, received));
}
