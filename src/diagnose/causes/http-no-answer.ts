import type { Cause } from '../cause.ts';
import { failsWith, makeFinding } from '../make-finding.ts';
import { curl } from '../reproduce.ts';

/** TLS stands, the server promised HTTP, and no HTTP answer came. */
export const httpNoAnswer: Cause = {
  code: 'HTTP_NO_ANSWER',
  severity: 'error',
  step: 'http',
  title: 'no HTTP answer',
  meaning: 'TLS stands, and no HTTP answer came.',
  provedBy: 'The protocol that the server chose by ALPN, and what came instead of its answer.',
  remedy: 'Look at the server behind TLS.',
  alsoKnownAs: [
    { client: 'curl', text: 'Empty reply from server' },
    { client: 'Node.js', text: 'socket hang up' },
    { client: 'Chrome', text: 'ERR_EMPTY_RESPONSE' },
  ],
  evaluate(facts) {
    return facts.addresses.flatMap((address) => {
      const { http, negotiated } = address;
      if (http?.error === undefined || negotiated.alpn === undefined || address.symptom.kind !== 'none') return [];
      return makeFinding(httpNoAnswer, facts, address, {
        title: `the server chose ${negotiated.alpn} and gives no answer that can be read: ${http.error}`,
        summary: failsWith(facts, 'TLS stands and no readable HTTP answer comes'),
        evidence: [{ kind: 'text', text: `${http.method} ${http.path} over ${http.protocol}: ${http.error}` }],
        // A server may refuse a client certificate by closing, without an alert.
        notes: negotiated.certificateRequested
          ? ['the server asked for a client certificate: it may want another one']
          : [],
        proof: { kind: 'observation', after: http.error, connections: [address.tcp.connection] },
        fix: { text: `look at the service behind the TLS of ${address.endpoint}, and at its log`, commands: [] },
        reproduce: [curl(facts, address, '-I')],
      });
    });
  },
};
