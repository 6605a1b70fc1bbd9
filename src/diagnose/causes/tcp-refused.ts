import type { Cause } from '../cause.ts';
import { failsWith, makeFinding } from '../make-finding.ts';
import { curl } from '../reproduce.ts';
import { took } from '../words.ts';

/** Nothing listens on the port. */
export const tcpRefused: Cause = {
  code: 'TCP_REFUSED',
  severity: 'error',
  step: 'tcp',
  title: 'the connection is refused',
  meaning: 'The host answers that nothing listens on the port.',
  provedBy: 'The answer to the first packet: a reset, at once.',
  remedy: 'Start the service, or correct the port.',
  alsoKnownAs: [
    { client: 'curl', text: 'Could not connect to server' },
    { client: 'openssl', text: 'Connection refused' },
    { client: 'Node.js', text: 'ECONNREFUSED' },
    { client: 'Go', text: 'connect: connection refused' },
    { client: 'Java', text: 'ConnectException: Connection refused' },
    { client: 'Chrome', text: 'ERR_CONNECTION_REFUSED' },
  ],
  evaluate(facts) {
    return facts.addresses
      .filter(({ tcp }) => tcp.status === 'refused')
      .map((address) =>
        makeFinding(tcpRefused, facts, address, {
          title: `nothing listens on port ${address.port}`,
          summary: failsWith(facts, `${address.address} refuses the connection`),
          evidence: [
            {
              kind: 'text',
              text: `connect ${address.endpoint}: refused after ${took(address.tcp.took)} (ECONNREFUSED)`,
            },
          ],
          proof: { kind: 'tcp', after: 'refused', connections: [address.tcp.connection] },
          fix: {
            text: `start the service on ${address.address}, or correct the port or the address it listens on`,
            commands: [],
          },
          reproduce: [curl(facts, address)],
        }),
      );
  },
};
