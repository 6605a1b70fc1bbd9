import type { Cause } from '../cause.ts';
import { failsWith, makeFinding } from '../make-finding.ts';
import { curl } from '../reproduce.ts';

/** The network says that there is no way to the address. */
export const tcpUnreachable: Cause = {
  code: 'TCP_UNREACHABLE',
  severity: 'error',
  step: 'tcp',
  title: 'the address is unreachable',
  meaning: 'The network says that there is no way to the address.',
  provedBy: 'The error of the connection: host unreachable.',
  remedy: 'Look at the route, or at the record with that address.',
  alsoKnownAs: [
    { client: 'curl', text: 'No route to host' },
    { client: 'Node.js', text: 'EHOSTUNREACH' },
    { client: 'Go', text: 'connect: no route to host' },
    { client: 'Chrome', text: 'ERR_ADDRESS_UNREACHABLE' },
  ],
  evaluate(facts) {
    return facts.addresses
      .filter(({ tcp }) => tcp.status === 'unreachable')
      .map((address) =>
        makeFinding(tcpUnreachable, facts, address, {
          title: `there is no way to ${address.address}`,
          summary: failsWith(facts, `${address.address} is unreachable`),
          evidence: [
            { kind: 'text', text: `connect ${address.endpoint}: ${address.tcp.detail ?? address.tcp.status}` },
          ],
          proof: { kind: 'tcp', after: address.tcp.status, connections: [address.tcp.connection] },
          fix: { text: `correct the route to ${address.address}, or the DNS record with that address`, commands: [] },
          reproduce: [curl(facts, address)],
        }),
      );
  },
};
