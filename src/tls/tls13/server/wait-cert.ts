import { EMPTY } from '../../../bytes/index.ts';
import type { HandshakeContext } from '../../context.ts';
import { TlsError } from '../../error.ts';
import type { Next, Received } from '../../machine.ts';
import { withPeerKey } from '../../negotiate/peer.ts';
import { peerChain } from '../authentication.ts';
import { decompressed } from '../compression.ts';
import type { ServerStateOf } from './state.ts';

/** The CertificateRequest of this server asks for no extensions in the client's certificates. */
const NOTHING_SOLICITED: ReadonlySet<number> = new Set();

/** WAIT_CERT, certificate: the client's, which may be empty where none is required (RFC 8446 section 4.4.2.4). */
export function certificate(
  context: HandshakeContext,
  { setup, secrets, application, tickets }: ServerStateOf<'WAIT_CERT'>,
  { message }: Received<'certificate'>,
): Next<ServerStateOf<'WAIT_CV'> | ServerStateOf<'WAIT_FINISHED'>> {
  const chain = peerChain(message, EMPTY, NOTHING_SOLICITED);
  if (chain.length > 0) {
    return withPeerKey(
      context,
      chain,
      (peer): ServerStateOf<'WAIT_CV'> => ({ name: 'WAIT_CV', setup, secrets, application, tickets, peer }),
    );
  }
  if (setup.config.clientCertificate === 'require') {
    throw new TlsError({
      code: 'CERTIFICATE_REQUIRED',
      alert: 'certificate_required',
      fault: 'peer',
      message: 'the client sent no certificate, one is required',
      spec: 'RFC 8446 section 4.4.2.4',
    });
  }
  return { name: 'WAIT_FINISHED', secrets, application, tickets, peer: 'anonymous' };
}

/** WAIT_CERT, compressed_certificate. */
export function compressedCertificate(
  context: HandshakeContext,
  state: ServerStateOf<'WAIT_CERT'>,
  received: Received<'compressed_certificate'>,
): Next<ServerStateOf<'WAIT_CV'> | ServerStateOf<'WAIT_FINISHED'>> {
  const { certificateCompression } = state.setup.settings;
  return certificate(context, state, decompressed(context, certificateCompression, received));
}
