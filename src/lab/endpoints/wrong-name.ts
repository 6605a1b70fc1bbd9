import type { EndpointSpec } from '../endpoint.ts';
import { httpsServer } from './https.ts';

/** Its certificate is for a name that differs in a letter. */
export const wrongName: EndpointSpec = {
  id: 'wrong-name',
  host: 'cedar.example',
  fault: 'the certificate is for another name',
  cause: 'NAME_MISMATCH',
  create: ({ ca }) => httpsServer(ca.issue({ names: ['cedars.example', 'www.cedars.example'] })),
};
