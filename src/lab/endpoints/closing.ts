import { createServer } from 'node:net';
import type { EndpointSpec } from '../endpoint.ts';
import { https } from './https.ts';

/** It closes every connection at its first bytes, without an alert. */
export const closing: EndpointSpec = {
  id: 'closing',
  host: 'jade.example',
  fault: 'the connection is closed at the ClientHello, without an alert',
  cause: { code: 'CLOSED_BEFORE_DATA', proof: 'observation' },
  served: () => ({
    server: createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end());
    }),
  }),
  repaired: (kit) => https(kit),
};
