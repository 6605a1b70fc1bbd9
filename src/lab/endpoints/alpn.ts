import type { EndpointSpec } from '../endpoint.ts';
import { httpsServer } from './https.ts';

/** It speaks a protocol that nobody asks for, and says so. */
export const alpnRefused: EndpointSpec = {
  id: 'alpn-refused',
  host: 'clover.example',
  fault: 'the ALPN list of the server has acme-tls/1 only',
  cause: { code: 'ALPN_REFUSED', proof: 'probe' },
  served: ({ ca, host }) => ({
    server: httpsServer(ca.issue({ names: [host] }), { ALPNProtocols: ['acme-tls/1'] }),
  }),
  repaired: ({ ca, host }) => ({
    server: httpsServer(ca.issue({ names: [host] }), { ALPNProtocols: ['acme-tls/1', 'h2', 'http/1.1'] }),
  }),
};

/** A proxy that knows nothing of ALPN, where the client needs HTTP/2. */
export const alpnUnexpected: EndpointSpec = {
  id: 'alpn-ignored',
  host: 'verbena.example',
  fault: 'h2 is asked for, and the server answers without ALPN',
  cause: { code: 'ALPN_UNEXPECTED', proof: 'bytes' },
  served: ({ ca, host }) => ({
    server: httpsServer(ca.issue({ names: [host] }), { ALPNProtocols: [] }),
    args: ['--alpn', 'h2'],
  }),
  repaired: ({ ca, host }) => ({
    server: httpsServer(ca.issue({ names: [host] }), { ALPNProtocols: ['h2'] }),
    args: ['--alpn', 'h2'],
  }),
};
