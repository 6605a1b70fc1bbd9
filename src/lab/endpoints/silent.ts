import { createServer } from 'node:net';
import type { EndpointSpec } from '../endpoint.ts';

/** It takes connections and never says a byte. */
export const silent: EndpointSpec = {
  id: 'silent',
  host: 'hazel.example',
  fault: 'connections are accepted and nothing is ever said',
  cause: 'PEER_SILENT',
  create: () =>
    createServer((socket) => {
      socket.on('error', () => undefined);
      socket.resume();
    }),
};
