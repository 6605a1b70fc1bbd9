import type { EndpointSpec } from '../endpoint.ts';
import { https } from './https.ts';

/** Nothing listens. */
export const refused: EndpointSpec = {
  id: 'refused',
  host: 'rowan.example',
  fault: 'nothing listens on the port',
  cause: { code: 'TCP_REFUSED', proof: 'tcp' },
  served: () => ({}),
  repaired: (kit) => https(kit),
};
