import type { EndpointSpec } from '../endpoint.ts';
import { httpsServer } from './https.ts';

/** It sends its certificate without the one that issued it. */
export const noIntermediate: EndpointSpec = {
  id: 'no-intermediate',
  host: 'elder.example',
  fault: 'the intermediate is not sent',
  cause: 'UNKNOWN_ISSUER',
  create: ({ ca, host }) => httpsServer(ca.issue({ names: [host], withIntermediate: false })),
};
