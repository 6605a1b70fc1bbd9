import { createServer } from 'node:http';
import type { EndpointSpec } from '../endpoint.ts';
import { https } from './https.ts';

/** It speaks HTTP without TLS. */
export const plainHttp: EndpointSpec = {
  id: 'plain-http',
  host: 'fir.example',
  fault: 'the port speaks HTTP without TLS',
  cause: { code: 'NOT_TLS', proof: 'bytes' },
  served: () => ({ server: createServer((_request, response) => response.end('plain\n')) }),
  repaired: (kit) => https(kit),
};
