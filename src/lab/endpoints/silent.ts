import { createServer } from 'node:net';
import { createServer as createTlsServer } from '../../node/index.ts';
import type { EndpointSpec } from '../endpoint.ts';
import { https, httpsServer } from './https.ts';

/** So that a silence is soon told. */
const SOON = ['--timeout', '1s'];

/** It takes connections and never says a byte. */
export const silent: EndpointSpec = {
  id: 'silent',
  host: 'hazel.example',
  fault: 'connections are accepted and nothing is ever said',
  cause: { code: 'PEER_SILENT', proof: 'observation' },
  served: () => ({
    args: SOON,
    server: createServer((socket) => {
      socket.on('error', () => undefined);
      socket.resume();
    }),
  }),
  repaired: (kit) => ({ ...https(kit), args: SOON }),
};

/** Its TLS is right, and behind it nothing answers. */
export const httpSilent: EndpointSpec = {
  id: 'http-silent',
  host: 'sorrel.example',
  fault: 'TLS stands and no HTTP answer comes',
  cause: { code: 'HTTP_NO_ANSWER', proof: 'observation' },
  served({ ca, host }) {
    const server = createTlsServer({ ...ca.issue({ names: [host] }), ALPNProtocols: ['http/1.1'] }, (socket) => {
      socket.on('error', () => undefined);
      socket.resume();
    });
    server.on('tlsClientError', () => undefined);
    return { server, args: SOON };
  },
  repaired: ({ ca, host }) => ({
    server: httpsServer(ca.issue({ names: [host] }), { ALPNProtocols: ['http/1.1'] }),
    args: SOON,
  }),
};
