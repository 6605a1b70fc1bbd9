import { createServer } from 'node:net';
import type { EndpointSpec } from '../endpoint.ts';

/** It closes every connection at its first bytes, without an alert. */
export const closing: EndpointSpec = {
  id: 'closing',
  host: 'jade.example',
  fault: 'the connection is closed at the ClientHello, without an alert',
  cause: 'CLOSED_BEFORE_DATA',
  create: () =>
    createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end());
    }),
};
