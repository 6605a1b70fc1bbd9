import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { httpText, probeWith, proofByHandshake } from '../handshakes.ts';
import { failsWith, makeFinding } from '../make-finding.ts';
import { curl } from '../reproduce.ts';

/** TLS stands, the server promised HTTP, and no HTTP answer came. */
export const httpNoAnswer: Cause = {
  code: 'HTTP_NO_ANSWER',
  severity: 'error',
  step: 'http',
  title: 'no HTTP answer',
  meaning: 'TLS stands, and no HTTP answer came.',
  provedBy:
    'The protocol that the server chose by ALPN, and what came instead of its answer; where that was HTTP/2, HTTP/1.1 is tried beside it.',
  remedy: 'Look at the server behind TLS.',
  alsoKnownAs: [
    { client: 'curl', text: 'Empty reply from server' },
    { client: 'Node.js', text: 'socket hang up' },
    { client: 'Chrome', text: 'ERR_EMPTY_RESPONSE' },
  ],
  asks(address) {
    if (!isConcerned(address) || address.http?.protocol !== 'h2') return [];
    const works = probeWith(address, 'handshake:alpn:http/1.1')?.http?.status !== undefined;
    return ['handshake:alpn:http/1.1', ...(works ? (['handshake:none'] as const) : [])];
  },
  evaluate: (facts) => facts.addresses.filter(isConcerned).map((address) => finding(facts, address)),
};

/** The server chose the protocol itself; a client certificate that it minds has findings of its own. */
function isConcerned({ http, negotiated, symptom }: AddressFacts): boolean {
  return http?.error !== undefined && negotiated.alpn !== undefined && symptom.kind === 'none';
}

function finding(facts: Facts, address: AddressFacts): Finding {
  const { http, negotiated } = address;
  const error = http?.error ?? '';
  const other = probeWith(address, 'handshake:alpn:http/1.1');
  const again = probeWith(address, 'handshake:none')?.http;
  // An answer to HTTP/2 the second time: then it is not the protocol.
  const isAtTimes = again?.status !== undefined;
  const works = other?.http?.status === undefined || isAtTimes ? undefined : httpText(other.http);
  return makeFinding(httpNoAnswer, facts, address, {
    title: `the server chose ${negotiated.alpn ?? ''} and gives no answer that can be read: ${error}`,
    summary: failsWith(facts, 'TLS stands and no readable HTTP answer comes'),
    evidence: [
      { kind: 'text', text: `${http?.method} ${http?.path} over ${http?.protocol}: ${error}` },
      ...(other?.http === undefined
        ? []
        : [{ kind: 'text', text: `with ALPN http/1.1: ${httpText(other.http)}` } as const]),
    ],
    notes: [
      ...(isAtTimes ? [`asked again it answers: ${httpText(again)}`] : []),
      // A server may refuse a client certificate by closing, without an alert.
      ...(negotiated.certificateRequested
        ? ['the server asked for a client certificate: it may want another one']
        : []),
    ],
    proof:
      other === undefined || works === undefined
        ? { kind: 'observation', after: error, connections: [address.tcp.connection] }
        : proofByHandshake(facts, address, other, { before: error, after: works }),
    fix: {
      text:
        works === undefined
          ? `look at the service behind the TLS of ${address.endpoint}, and at its log`
          : `turn HTTP/2 off where the TLS of ${address.endpoint} ends, or repair it in the service behind: HTTP/1.1 is answered`,
      commands: [],
    },
    reproduce: [curl(facts, address, '-I')],
  });
}
