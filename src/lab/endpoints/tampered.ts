import type { EndpointSpec } from '../endpoint.ts';
import { flipFirstSuite, relay } from '../servers/relay.ts';
import { httpsServer } from './https.ts';

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
