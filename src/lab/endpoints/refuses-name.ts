import { createServer } from '../../node/index.ts';
import type { EndpointSpec } from '../endpoint.ts';

/** It closes at once on every name but its own. */
export const refusesName: EndpointSpec = {
  id: 'refuses-name',
  host: 'lotus.example',
  fault: 'the server has nothing for the name and fails without an answer',
  cause: 'SNI_REJECTED',
  create({ ca, host }) {
    const server = createServer(
      {
        ...ca.issue({ names: [`www.${host}`] }),
        SNICallback: (_name, answer) => answer(new Error('no virtual host of that name')),
      },
      (socket) => socket.end(),
    );
    server.on('tlsClientError', () => undefined);
    return server;
  },
};
