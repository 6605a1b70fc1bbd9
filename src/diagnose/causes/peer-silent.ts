import type { Cause } from '../cause.ts';
import { findSymptom } from './symptoms.ts';

/** The connection stands, and nothing comes back. */
export const peerSilent: Cause = {
  code: 'PEER_SILENT',
  severity: 'error',
  step: 'tls',
  title: 'the peer says nothing',
  meaning: 'The connection stands, and nothing comes back to a ClientHello.',
  provedBy: 'No byte within the timeout, neither to a ClientHello nor to anything else that was tried.',
  remedy: 'Look for a service that waits for something else, or a middlebox that drops hellos.',
  fallback: true,
  alsoKnownAs: [
    { client: 'curl', text: 'SSL connection timeout' },
    { client: 'Go', text: 'net/http: TLS handshake timeout' },
    { client: 'Java', text: 'SocketTimeoutException: Read timed out' },
    { client: 'Chrome', text: 'ERR_TIMED_OUT' },
  ],
  evaluate: (facts, searchAt) =>
    findSymptom(peerSilent, 'silent', facts, searchAt, {
      title: `the connection is accepted and no byte comes back in ${facts.run.settings.timeout / 1000} s`,
      summary: 'the peer accepts the connection and says nothing',
      fix: ({ endpoint }) => ({
        text: `restart the service at ${endpoint}, or correct the port; behind a load balancer look at its backends`,
        commands: [],
      }),
    }),
};
