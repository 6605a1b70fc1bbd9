import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import type { EndpointSpec } from '../endpoint.ts';
import { handOver } from '../servers/hand-over.ts';
import { httpsServer } from './https.ts';

/** Bytes of a key for tickets: a name of 16 and a key of 32. */
const TICKET_KEY = 48;

/** Two servers behind one address take connections in turn, and each knows its own tickets alone. */
export const sessionLost: EndpointSpec = {
  id: 'session-lost',
  host: 'tamarind.example',
  fault: 'two servers in turn behind one address have ticket keys of their own',
  cause: { code: 'SESSION_NOT_RESUMED', proof: 'probe' },
  served(kit) {
    const credential = kit.ca.issue({ names: [kit.host] });
    return { server: inTurn([httpsServer(credential), httpsServer(credential)]) };
  },
  repaired(kit) {
    const credential = kit.ca.issue({ names: [kit.host] });
    const ticketKeys = randomBytes(TICKET_KEY);
    return { server: inTurn([httpsServer(credential, { ticketKeys }), httpsServer(credential, { ticketKeys })]) };
  },
};

/** A balancer: the first connection to the first server, the next to the next. */
function inTurn(servers: readonly Server[]): Server {
  let connections = 0;
  return createServer((socket) => {
    const server = servers[connections++ % servers.length];
    if (server !== undefined) handOver(socket, new Uint8Array(0), server);
  });
}
