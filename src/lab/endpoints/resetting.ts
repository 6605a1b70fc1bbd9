import { createServer } from 'node:net';
import type { EndpointSpec } from '../endpoint.ts';

/** It resets every connection at its first bytes. */
export const resetting: EndpointSpec = {
  id: 'resetting',
  host: 'iris.example',
  fault: 'the connection is reset at the ClientHello',
  cause: 'RESET_BEFORE_DATA',
  create: () =>
    createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.resetAndDestroy());
    }),
};
