import type { Cause } from '../cause.ts';
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
  ],
  evaluate: (facts, searchAt) =>
    findSymptom(resetBeforeData, 'reset', facts, searchAt, {
      title: 'the connection is reset before any byte',
      summary: 'the connection is reset before any byte',
      fix: ({ endpoint }) => ({
        text: `look at the log of ${endpoint} and of every proxy or firewall before it for a connection refused at this time`,
        commands: [],
      }),
    }),
};
