import { createServer } from '../../node/index.ts';
import type { EndpointSpec } from '../endpoint.ts';

/** It wants a client certificate. */
export const clientCert: EndpointSpec = {
  id: 'client-cert',
  host: 'kelp.example',
  fault: 'a client certificate is required',
  cause: 'CLIENT_CERT_REQUIRED',
  create({ ca, host }) {
    const server = createServer(
      { ...ca.issue({ names: [host] }), ca: ca.root, requestCert: true, ALPNProtocols: ['http/1.1'] },
      (socket) => socket.end(),
    );
    server.on('tlsClientError', () => undefined);
    return server;
  },
};
