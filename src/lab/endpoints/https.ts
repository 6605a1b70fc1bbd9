import type { Server } from 'node:net';
import { createHttp2Server, type ServerOptions } from '../../node/index.ts';
import type { LabCredential, LeafRequest } from '../ca.ts';
import type { LabKit, Served } from '../endpoint.ts';

/** Options of a server that endpoints change. */
export type HttpsOptions = Pick<
  ServerOptions,
  | 'ALPNProtocols'
  | 'SNICallback'
  | 'ca'
  | 'ciphers'
  | 'groups'
  | 'maxEarlyData'
  | 'maxVersion'
  | 'minVersion'
  | 'requestCert'
  | 'ticketKeys'
>;

/** For endpoints whose fault is another one in TLS 1.2. */
export const TLS12: HttpsOptions = { maxVersion: 'TLSv1.2' };

/** That such a server has no TLS 1.3 is true, and another story. */
export const WITHOUT_NOTICE: readonly string[] = ['--ignore', 'TLS13_NOT_SUPPORTED'];

/**
 * An HTTP server, 1.1 and 2, behind TLS with a certificate; it answers everything alike.
 * @param headers of its answers, beside the usual ones
 */
export function httpsServer(
  { cert, key }: LabCredential,
  options: HttpsOptions = {},
  headers: Readonly<Record<string, string>> = {},
): Server {
  const usual = { 'content-type': 'text/plain', 'strict-transport-security': 'max-age=31536000' };
  const server = createHttp2Server({ cert, key, ...options }, (_request, response) => {
    response.writeHead(200, { ...usual, ...headers });
    response.end('hellofin lab\n');
  });
  // A client that turns away in the middle of the handshake is what most endpoints here are for.
  server.on('tlsClientError', () => undefined);
  return server;
}

/** The healthy form of most endpoints, or one with another certificate. */
export function https({ ca, host }: LabKit, change: Partial<LeafRequest> = {}): Served {
  return { server: httpsServer(ca.issue({ names: [host], ...change })) };
}
