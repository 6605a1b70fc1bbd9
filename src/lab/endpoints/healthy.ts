import type { EndpointSpec } from '../endpoint.ts';
import { httpsServer } from './https.ts';

/** Nothing is wrong with it. */
export const healthy: EndpointSpec = {
  id: 'healthy',
  host: 'amber.example',
  fault: 'nothing is wrong',
  cause: null,
  create: ({ ca, host }) => httpsServer(ca.issue({ names: [host] })),
};
