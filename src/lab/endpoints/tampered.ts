import type { EndpointSpec } from '../endpoint.ts';
import { flipExtendedMasterSecret, flipFirstSuite, relay } from '../servers/relay.ts';
import { httpsServer, TLS12, WITHOUT_NOTICE } from './https.ts';

/**
 * A device on the way flips one bit of the ClientHello. Server and client hash different bytes, and in TLS 1.3 every key
 * comes from that hash: the first protected record does not decrypt (RFC 8446 section 7.1).
 */
export const tampered: EndpointSpec = {
  id: 'tampered',
  host: 'myrica.example',
  fault: 'a device on the way flips one bit of the ClientHello',
  cause: { code: 'HANDSHAKE_TAMPERED', proof: 'observation' },
  served: ({ ca, host }) => ({ server: relay(httpsServer(ca.issue({ names: [host] })), flipFirstSuite) }),
  repaired: ({ ca, host }) => ({ server: relay(httpsServer(ca.issue({ names: [host] })), () => undefined) }),
};

/**
 * The same before a server of TLS 1.2, where the bit makes the server miss extended_master_secret: the keys agree, and
 * the Finished does not fit (RFC 5246 section 7.4.9).
 */
export const tamperedTls12: EndpointSpec = {
  id: 'tampered-tls12',
  host: 'larch.example',
  fault: 'a device on the way flips one bit of the ClientHello, before a server of TLS 1.2',
  cause: { code: 'HANDSHAKE_TAMPERED', proof: 'observation' },
  served: ({ ca, host }) => ({
    server: relay(httpsServer(ca.issue({ names: [host] }), TLS12), flipExtendedMasterSecret),
    args: WITHOUT_NOTICE,
  }),
  repaired: ({ ca, host }) => ({
    server: relay(httpsServer(ca.issue({ names: [host] }), TLS12), () => undefined),
    args: WITHOUT_NOTICE,
  }),
};
