import type { EndpointSpec } from '../endpoint.ts';
import { https } from './https.ts';

const GOOD = { fault: 'nothing is wrong', cause: null, repaired: null } as const;

/** Nothing is wrong with it. */
export const healthy: EndpointSpec = {
  id: 'healthy',
  host: 'amber.example',
  ...GOOD,
  served: (kit) => https(kit),
};

/** With an RSA key. */
export const healthyRsa: EndpointSpec = {
  id: 'healthy-rsa',
  host: 'maple.example',
  ...GOOD,
  fault: 'nothing is wrong, with an RSA key',
  served: (kit) => https(kit, { keyKind: 'rsa' }),
};

/** Over IPv4 and IPv6. */
export const healthyDual: EndpointSpec = {
  id: 'healthy-ipv6',
  host: 'olive.example',
  ...GOOD,
  fault: 'nothing is wrong, over IPv4 and IPv6',
  served(kit) {
    const { server } = https(kit);
    const { server: server6 } = https(kit);
    return { ...(server && { server }), ...(server6 && { server6 }) };
  },
};
