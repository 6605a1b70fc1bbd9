import { createServer } from 'node:http';
import type { EndpointSpec } from '../endpoint.ts';

/** It speaks HTTP without TLS. */
export const plainHttp: EndpointSpec = {
  id: 'plain-http',
  host: 'fir.example',
  fault: 'the port speaks HTTP without TLS',
  cause: 'NOT_TLS',
  create: () => createServer((_request, response) => response.end('plain\n')),
};
