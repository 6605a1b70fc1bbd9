import type { Cause } from '../cause.ts';
import { failsWith, makeFinding } from '../make-finding.ts';
import { opensslClient } from '../reproduce.ts';

/** The peer keeps to the protocol and sends more than this client reads. */
export const peerLimitExceeded: Cause = {
  code: 'PEER_LIMIT_EXCEEDED',
  severity: 'error',
  step: 'tls',
  title: 'the peer sends more than is read',
  meaning:
    'What the peer sends is longer, or comes more often, than a named limit of this client. The protocol has no such limit, so the peer breaks nothing; other clients have limits of their own (OpenSSL reads 100 KiB of certificates).',
  provedBy: 'The limit that was reached, in the words of the error.',
  remedy: 'Send less: most often a chain with certificates that nobody needs.',
  alsoKnownAs: [
    { client: 'openssl', text: 'excessive message size' },
    { client: 'curl', text: 'excessive message size' },
    { client: 'Node.js', text: 'ERR_SSL_EXCESSIVE_MESSAGE_SIZE' },
    { client: 'Go', text: 'exceeds maximum of' },
    { client: 'Java', text: 'The size of the handshake message' },
  ],
  evaluate: (facts) =>
    facts.addresses.flatMap((address) => {
      const { tls, symptom } = address;
      if (symptom.kind !== 'violation' || tls?.error?.code !== 'LIMIT_EXCEEDED') return [];
      const { message, evidence } = tls.error;
      return makeFinding(peerLimitExceeded, facts, address, {
        title: `the server sends more than this client reads: ${message}`,
        summary: failsWith(facts, 'the server sends more than this client reads'),
        where: evidence === undefined ? null : { message: evidence.messageType, bytes: evidence.span },
        evidence: [{ kind: 'text', text: `${message}; ${tls.received} bytes received` }],
        proof: { kind: 'observation', after: message, connections: [address.tcp.connection] },
        fix: {
          text: /certificate/.test(message)
            ? `let ${address.endpoint} send less: leave out certificates that are not in the chain of its own`
            : `look at what makes ${address.endpoint} send so much: ${message}`,
          commands: [],
        },
        reproduce: [opensslClient(facts, address, '-msg')],
      });
    }),
};
