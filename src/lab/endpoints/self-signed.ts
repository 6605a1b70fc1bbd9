import type { EndpointSpec } from '../endpoint.ts';
import { httpsServer } from './https.ts';

/** Its certificate is signed with its own key. */
export const selfSigned: EndpointSpec = {
  id: 'self-signed',
  host: 'daisy.example',
  fault: 'the certificate is self-signed',
  cause: 'CERT_SELF_SIGNED',
  create: ({ ca, host }) => httpsServer(ca.issue({ names: [host], selfSigned: true })),
};
