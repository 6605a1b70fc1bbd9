import type { HandshakeContext } from '../../context.ts';
import type { Received } from '../../machine.ts';
import type { Tls12Message } from '../../messages/tls12/message.ts';
import type { ClientStateOf } from './state.ts';

/** WAIT_CR_SHD and WAIT_STATUS_CR_SHD, certificate_request. */
export function certificateRequest(
  context: HandshakeContext,
  { offer, agreed, peer, serverKey }: ClientStateOf<'WAIT_CR_SHD'> | ClientStateOf<'WAIT_STATUS_CR_SHD'>,
  { message }: Received<'certificate_request', Tls12Message>,
): ClientStateOf<'WAIT_SHD'> {
  const signatureSchemes = message.signatureAlgorithms ?? [];
  const { certificateTypes, certificateAuthorities } = message;
  const request = {
    signatureSchemes,
    signatureSchemesCert: signatureSchemes,
    certificateTypes,
    certificateAuthorities,
    oidFilters: [],
  };
  context.info.certificateRequest = request;
  return { name: 'WAIT_SHD', offer, agreed, peer, serverKey, request, certificateTypes };
}
