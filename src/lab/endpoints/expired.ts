import { DAY } from '../ca.ts';
import type { EndpointSpec } from '../endpoint.ts';
import { httpsServer } from './https.ts';

/** Its certificate expired. */
export const expired: EndpointSpec = {
  id: 'expired',
  host: 'birch.example',
  fault: 'the certificate expired three days ago',
  cause: 'CERT_EXPIRED',
  create: ({ ca, host, now }) =>
    httpsServer(ca.issue({ names: [host], notBefore: now - 93 * DAY, notAfter: now - 3 * DAY })),
};
