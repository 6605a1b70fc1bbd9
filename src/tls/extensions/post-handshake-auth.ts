import { flag } from './codec.ts';

/** A client that says it answers a CertificateRequest after the handshake. */
export const postHandshakeAuth = {
  clientHello: flag('post_handshake_auth', 'client_hello', 'RFC 8446 section 4.2.6'),
};
