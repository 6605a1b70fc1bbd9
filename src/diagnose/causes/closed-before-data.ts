import type { Cause } from '../cause.ts';
import { findSymptom } from './symptoms.ts';

/** The connection is closed before the first byte. */
export const closedBeforeData: Cause = {
  code: 'CLOSED_BEFORE_DATA',
  severity: 'error',
  step: 'tls',
  title: 'the connection is closed before any byte',
  meaning: 'The connection is closed before the first byte.',
  provedBy: 'The end of the connection after the ClientHello, without an alert, and no change of it that is answered.',
  remedy: "Look for a load balancer without a backend, then at the server's log.",
  fallback: true,
  alsoKnownAs: [
    { client: 'curl', text: 'unexpected eof while reading' },
    { client: 'Node.js', text: 'Client network socket disconnected before secure TLS connection was established' },
    { client: 'Go', text: 'EOF' },
    { client: 'Java', text: 'SSL peer shut down incorrectly' },
    { client: 'GnuTLS', text: 'The TLS connection was non-properly terminated' },
    { client: 'Chrome', text: 'ERR_CONNECTION_CLOSED' },
    { client: 'Firefox', text: 'PR_END_OF_FILE_ERROR' },
  ],
  evaluate: (facts, searchAt) =>
    findSymptom(closedBeforeData, 'closed', facts, searchAt, {
      title: 'the connection is closed after the ClientHello, before any byte',
      summary: 'the connection is closed after the ClientHello',
      fix: ({ endpoint }) => ({
        text: `look at ${endpoint}: a load balancer without a backend closes like this; add the backend or the name to its map`,
        commands: [],
      }),
    }),
};
