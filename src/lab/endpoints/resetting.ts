import { createServer } from 'node:net';
import type { EndpointSpec } from '../endpoint.ts';
import { https } from './https.ts';

/** It resets every connection at its first bytes. */
export const resetting: EndpointSpec = {
  id: 'resetting',
  host: 'iris.example',
  fault: 'the connection is reset at the ClientHello',
  cause: { code: 'RESET_BEFORE_DATA', proof: 'observation' },
  served: () => ({
    server: createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.resetAndDestroy());
    }),
  }),
  repaired: (kit) => https(kit),
};
