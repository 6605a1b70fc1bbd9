import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Finding, Fix } from '../finding.ts';
import { failsWith, makeFinding } from '../make-finding.ts';
import { curl } from '../reproduce.ts';
import { findSymptom } from './symptoms.ts';

/** The connection is reset before the first byte. */
export const resetBeforeData: Cause = {
  code: 'RESET_BEFORE_DATA',
  severity: 'error',
  step: 'tls',
  title: 'the connection is reset before any byte',
  meaning: 'The connection is reset before the first byte.',
  provedBy: 'A TCP reset, and no change of the ClientHello that is answered.',
  remedy: "Look for a proxy or firewall in between, then at the server's log.",
  fallback: true,
  alsoKnownAs: [
    { client: 'curl', text: 'Recv failure: Connection reset by peer' },
    { client: 'openssl', text: 'write:errno=104' },
    { client: 'Node.js', text: 'read ECONNRESET' },
    { client: 'Go', text: 'read: connection reset by peer' },
    { client: 'Java', text: 'SocketException: Connection reset' },
    { client: 'Chrome', text: 'ERR_CONNECTION_RESET' },
    { client: 'Firefox', text: 'PR_CONNECT_RESET_ERROR' },
  ],
  evaluate: (facts, searchAt) => [
    ...resetAtOnce(facts),
    ...findSymptom(resetBeforeData, 'reset', facts, searchAt, {
      title: 'the connection is reset after the ClientHello, before any byte',
      summary: 'the connection is reset after the ClientHello',
      fix: lookAtLogs,
    }),
  ],
};

/** Taken and reset before anything could be said: connect(2) reports the reset itself. */
function resetAtOnce(facts: Facts): Finding[] {
  return facts.addresses
    .filter(({ tcp }) => tcp.status === 'reset')
    .map((address) =>
      makeFinding(resetBeforeData, facts, address, {
        title: 'the connection is reset as soon as it stands',
        summary: failsWith(facts, 'the connection is reset as soon as it stands'),
        evidence: [{ kind: 'text', text: `connect ${address.endpoint}: ${address.tcp.detail ?? 'reset'}` }],
        proof: { kind: 'tcp', after: 'reset', connections: [address.tcp.connection] },
        fix: lookAtLogs(address),
        reproduce: [curl(facts, address)],
      }),
    );
}

function lookAtLogs({ endpoint }: AddressFacts): Fix {
  const where = `the log of ${endpoint} and of every proxy or firewall before it`;
  return { text: `look at ${where} for a connection refused at this time`, commands: [] };
}
