import type { HandshakeContext } from '../../context.ts';
import { TlsError } from '../../error.ts';
import type { Next, Received } from '../../machine.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import { withPeerKey } from '../../negotiate/peer.ts';
import type { ServerStateOf } from './state.ts';

/** WAIT_CERT, certificate: the client's, which may be empty where none is required (RFC 5246 section 7.4.6). */
export function certificate(
  context: HandshakeContext,
  state: ServerStateOf<'WAIT_CERT'>,
  { message }: Received<'certificate', Tls12Message>,
): Next<ServerStateOf<'WAIT_CKE'>> {
  const chain = message.certificateList.map(({ certData }) => ({ der: certData }));
  const after = { ...state, name: 'WAIT_CKE' } as const;
  if (chain.length > 0) return withPeerKey(context, chain, (peer) => ({ ...after, peer }));
  if (state.setup.config.clientCertificate === 'require') {
    throw new TlsError({
      code: 'CERTIFICATE_REQUIRED',
      alert: 'handshake_failure',
      fault: 'peer',
      message: 'the client sent no certificate, one is required',
      spec: 'RFC 5246 section 7.4.6',
    });
  }
  return { ...after, peer: 'anonymous' };
}
