import { flag } from './codec.ts';

const RFC = 'RFC 7627 section 5.1';

/** Binds a TLS 1.2 master secret to its handshake. The server's answer exists before TLS 1.3 only. */
export const extendedMasterSecret = {
  clientHello: flag('extended_master_secret', 'client_hello', RFC),
  serverHello: flag('extended_master_secret', 'server_hello', RFC),
};
