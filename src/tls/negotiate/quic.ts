/** What QUIC demands of a handshake beyond TLS over a stream (RFC 9001), and TLS over a stream of QUIC's extension. */
import { illegalParameter, TlsError } from '../error.ts';
import type { ExtensionBlock } from '../extensions/block.ts';
import type { ExtensionCodec } from '../extensions/codec.ts';
import { quicTransportParameters } from '../extensions/quic-transport-parameters.ts';
import type { ClientHello } from '../messages/client-hello.ts';

const SPEC = 'RFC 9001 section 8.2';

/**
 * Checks a ClientHello over QUIC, or that it is none; the client's transport parameters.
 * @param isQuic what carries the handshake.
 */
export function checkQuicClientHello(isQuic: boolean, message: ClientHello): Uint8Array | undefined {
  const { clientHello } = quicTransportParameters;
  if (isQuic) {
    if (message.legacySessionId.length > 0) {
      throw illegalParameter('legacy_session_id is not empty over QUIC', 'RFC 9001 section 8.4');
    }
    return transportParameters(message.extensions, clientHello);
  }
  if (!message.extensions.has(clientHello.id)) return undefined;
  throw new TlsError({
    code: 'UNSUPPORTED_EXTENSION',
    alert: 'unsupported_extension',
    fault: 'peer',
    message: 'client_hello: quic_transport_parameters, and this is no QUIC',
    spec: SPEC,
  });
}

/** The peer's transport parameters, which must be there. @throws TlsError MISSING_EXTENSION */
export function transportParameters(extensions: ExtensionBlock, codec: ExtensionCodec<Uint8Array>): Uint8Array {
  const parameters = extensions.get(codec);
  if (parameters !== undefined) return parameters;
  throw new TlsError({
    code: 'MISSING_EXTENSION',
    alert: 'missing_extension',
    fault: 'peer',
    message: `${codec.context} has no quic_transport_parameters`,
    spec: SPEC,
  });
}

/** QUIC has no data without an application protocol (RFC 9001 section 8.1). @throws TlsError */
export function requireProtocol(protocol: string | undefined): void {
  if (protocol !== undefined) return;
  throw new TlsError({
    code: 'NO_COMMON_APPLICATION_PROTOCOL',
    alert: 'no_application_protocol',
    fault: 'incompatible',
    message: 'no application protocol was agreed on, QUIC needs one',
    spec: 'RFC 9001 section 8.1',
  });
}
