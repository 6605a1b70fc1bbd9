import { createServer } from 'node:net';
import type { EndpointSpec } from '../endpoint.ts';

/** A mail server that greets in clear, as on port 587. */
export const smtpBanner: EndpointSpec = {
  id: 'smtp-banner',
  host: 'grove.example',
  fault: 'the port speaks SMTP and would change to TLS on request',
  cause: 'NOT_TLS',
  create: ({ host }) =>
    createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(`220 ${host} ESMTP mail service ready\r\n`);
      // What follows is no SMTP command: such servers answer each line with an error until the client leaves.
      socket.once('data', () => socket.end('500 5.5.2 Error: bad syntax\r\n'));
    }),
};
