import type { Cause } from '../cause.ts';
import { type AddressFacts, type Facts, networkAnswers } from '../facts.ts';
import { failsWith, makeFinding } from '../make-finding.ts';
import { curl } from '../reproduce.ts';
import { took } from '../words.ts';

/** No answer to the connection, while a control answers. */
export const tcpTimeout: Cause = {
  code: 'TCP_TIMEOUT',
  severity: 'error',
  step: 'tcp',
  title: 'no answer to the connection',
  meaning: 'No answer to the connection, while something else answers.',
  provedBy: 'Silence for the whole timeout, and a control that answers: the resolver, or another address.',
  remedy: 'Look for a firewall that drops, or a host that is down.',
  alsoKnownAs: [
    { client: 'curl', text: 'Connection timed out' },
    { client: 'Node.js', text: 'ETIMEDOUT' },
    { client: 'Go', text: 'i/o timeout' },
    { client: 'Java', text: 'SocketTimeoutException: Connect timed out' },
    { client: 'Chrome', text: 'ERR_CONNECTION_TIMED_OUT' },
  ],
  evaluate(facts) {
    return facts.addresses
      .filter((address) => address.tcp.status === 'timeout' && networkAnswers(facts, address) !== undefined)
      .map((address) => finding(facts, address));
  },
};

function finding(facts: Facts, address: AddressFacts) {
  const control = networkAnswers(facts, address) ?? '';
  return makeFinding(tcpTimeout, facts, address, {
    title: `no answer to a connection to ${address.endpoint}`,
    summary: failsWith(facts, `${address.address} does not answer`),
    evidence: [
      { kind: 'text', text: `connect ${address.endpoint}: nothing for ${took(address.tcp.took)}; ${control}` },
    ],
    proof: { kind: 'tcp', after: `timeout, while ${control}`, connections: [address.tcp.connection] },
    fix: {
      text: `allow port ${address.port} to ${address.address} in the firewall or security group, or correct the address in DNS`,
      commands: [],
    },
    reproduce: [curl(facts, address, '--connect-timeout 5')],
  });
}
