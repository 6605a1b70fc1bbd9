import type { EndpointSpec } from '../endpoint.ts';
import { proxyProtocol } from '../servers/proxy-protocol.ts';
import { https, httpsServer } from './https.ts';

/** Its load balancer says who connects, and nobody else may. */
export const proxyProtocolExpected: EndpointSpec = {
  id: 'proxy-protocol',
  host: 'willow.example',
  fault: 'the server expects the PROXY protocol of its load balancer',
  cause: { code: 'PROXY_PROTOCOL_EXPECTED', proof: 'probe' },
  served: ({ ca, host }) => ({ server: proxyProtocol(httpsServer(ca.issue({ names: [host] }))) }),
  repaired: (kit) => https(kit),
};
