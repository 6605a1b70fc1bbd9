import type { Cause } from '../cause.ts';
import { failsWith } from '../make-finding.ts';
import { provedByChange, suspectRefusal } from '../refusal.ts';
import { curl } from '../reproduce.ts';

/** The server wants a PROXY protocol preamble, which only its load balancer sends. */
export const proxyProtocolExpected: Cause = {
  code: 'PROXY_PROTOCOL_EXPECTED',
  severity: 'error',
  step: 'tls',
  title: 'the server expects the PROXY protocol',
  meaning: 'The peer answers only behind a PROXY protocol preamble.',
  provedBy: 'The same ClientHello behind a PROXY preamble gets a ServerHello.',
  remedy: 'Go through the load balancer, or turn `proxy_protocol` off for direct clients.',
  alsoKnownAs: [
    { client: 'curl', text: 'unexpected eof while reading' },
    { client: 'Node.js', text: 'Client network socket disconnected before secure TLS connection was established' },
    { client: 'Go', text: 'EOF' },
    { client: 'Java', text: 'Remote host terminated the handshake' },
    { client: 'Chrome', text: 'ERR_CONNECTION_CLOSED' },
  ],
  suspect: (address) =>
    suspectRefusal('PROXY_PROTOCOL_EXPECTED', 'preamble:proxy', { alerts: {}, withoutAlert: 1 }, address),
  evaluate: (facts) =>
    provedByChange(proxyProtocolExpected, 'preamble:proxy', facts, (address) => ({
      title: 'the server answers only behind a PROXY protocol preamble',
      summary: failsWith(facts, 'the server expects the PROXY protocol'),
      fix: {
        text: `connect through the load balancer, or let ${address.endpoint} take connections without proxy_protocol`,
        commands: [],
      },
      reproduce: [curl(facts, address), curl(facts, address, '--haproxy-protocol')],
    })),
};
