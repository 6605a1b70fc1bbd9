import type { Server } from 'node:net';
import { createHttp2Server } from '../../node/index.ts';
import type { LabCredential } from '../ca.ts';

/** An HTTP server, 1.1 and 2, behind TLS with a certificate; it answers everything alike. */
export function httpsServer({ cert, key }: LabCredential): Server {
  const server = createHttp2Server({ cert, key }, (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'strict-transport-security': 'max-age=31536000' });
    response.end('hellofin lab\n');
  });
  // A client that turns away in the middle of the handshake is what most endpoints here are for.
  server.on('tlsClientError', () => undefined);
  return server;
}
