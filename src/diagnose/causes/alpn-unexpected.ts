import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import { findText } from '../find-text.ts';
import type { Finding } from '../finding.ts';
import { handshakeText, probeWith, proofByHandshake } from '../handshakes.ts';
import { failsWith, makeFinding } from '../make-finding.ts';
import { decodeFound, findMessage } from '../messages.ts';
import { opensslClient, quote } from '../reproduce.ts';
import { count, listed } from '../words.ts';

/** The server goes on without any of the protocols asked for, which a client that needs one can not use. */
export const alpnUnexpected: Cause = {
  code: 'ALPN_UNEXPECTED',
  severity: 'error',
  step: 'tls',
  title: 'another application protocol than asked for',
  meaning:
    'The handshake completes, and the server chose none of the protocols asked for with `--alpn`: it does not know ALPN, or knows others and does not say so. HTTP/1.1 needs no ALPN, so asking for it never ends in this.',
  provedBy:
    'The EncryptedExtensions, which have no ALPN; a handshake that offers http/1.1 tells whether the server knows ALPN.',
  remedy: 'Turn the protocol on where TLS ends: often a proxy or load balancer that speaks only HTTP/1.1.',
  alsoKnownAs: [
    { client: 'Go', text: 'missing selected ALPN property' },
    { client: 'openssl', text: 'No ALPN negotiated' },
    { client: 'curl', text: 'ALPN: server did not agree on a protocol. Uses default.' },
  ],
  asks: (address) => (isConcerned(address) ? ['handshake:alpn:http/1.1'] : []),
  evaluate: (facts) => [
    ...facts.addresses.filter(isConcerned).map((address) => nothingChosen(facts, address)),
    ...facts.addresses.flatMap((address) => otherChosen(facts, address)),
  ],
};

/** The protocol that a server chose although nobody offered it (RFC 7301 section 3.2 forbids it). */
export function unaskedProtocol({ tls, negotiated, symptom }: AddressFacts): string | undefined {
  const { alpn } = negotiated;
  if (symptom.kind !== 'violation' || alpn === undefined) return undefined;
  return tls?.input.alpn.includes(alpn) === true ? undefined : alpn;
}

function otherChosen(facts: Facts, address: AddressFacts): Finding[] {
  const chosen = unaskedProtocol(address);
  const message = findMessage(address.tls, 'received', 'encrypted_extensions')?.bytes;
  const span = chosen === undefined || message === undefined ? undefined : findText(message, chosen);
  if (chosen === undefined || message === undefined || span === undefined) return [];
  const asked = listed(address.tls?.input.alpn ?? []) || 'nothing';
  const fault = `asked for ${asked} by ALPN, the server chose ${chosen}`;
  return [
    makeFinding(alpnUnexpected, facts, address, {
      title: fault,
      summary: failsWith(facts, fault),
      where: { message: 'EncryptedExtensions message', bytes: span },
      evidence: [
        {
          kind: 'bytes',
          bytes: message.subarray(span.start, span.start + 32),
          start: span.start,
          mark: span,
          reads: JSON.stringify(chosen),
          caption: 'not on the list of the ClientHello (RFC 7301 section 3.2)',
        },
      ],
      proof: { kind: 'bytes', after: `${chosen} chosen`, connections: [address.tcp.connection] },
      fix: { text: `correct the server at ${address.endpoint}: it chooses by its own list alone`, commands: [] },
      reproduce: [opensslClient(facts, address, `-alpn ${quote(address.tls?.input.alpn.join(',') ?? '')}`)],
    }),
  ];
}

/** RFC 7301 section 3.1: a server may leave the extension unanswered. Whoever can do with HTTP/1.1 loses nothing by it. */
function isConcerned({ symptom, tls, negotiated }: AddressFacts): boolean {
  const asked = tls?.input.alpn ?? [];
  const isAsked = asked.length > 0 && !asked.includes('http/1.1');
  return isAsked && negotiated.complete && negotiated.alpn === undefined && symptom.kind === 'none';
}

function nothingChosen(facts: Facts, address: AddressFacts): Finding {
  const asked = address.tls?.input.alpn ?? [];
  const probe = probeWith(address, 'handshake:alpn:http/1.1');
  const spoken = probe?.negotiated.alpn;
  const message = findMessage(address.tls, 'received', 'encrypted_extensions')?.bytes;
  const extensions = decodeFound(address.tls, 'received', 'encrypted_extensions')?.extensions.raw.length ?? 0;
  const chosen = spoken === undefined ? 'no ALPN in the answer' : `${spoken} when that is offered`;
  const fault = `asked for ${listed(asked)} by ALPN, the server chose nothing`;
  return makeFinding(alpnUnexpected, facts, address, {
    title: fault,
    summary: failsWith(facts, fault),
    where:
      message === undefined
        ? null
        : { message: 'EncryptedExtensions message', bytes: { start: 0, end: message.length } },
    evidence: [
      {
        kind: 'table',
        rows: [
          { label: 'asked for', value: asked.join(', '), source: 'ALPN of the ClientHello' },
          { label: 'got', value: 'nothing', source: `EncryptedExtensions with ${count(extensions, 'extension')}` },
          ...(probe === undefined ? [] : [{ label: 'http/1.1', value: chosen, source: handshakeText(probe) }]),
        ],
      },
    ],
    proof:
      probe?.symptom.kind === 'none' && spoken !== undefined
        ? proofByHandshake(facts, address, probe, { before: 'nothing chosen', after: `${spoken} chosen` })
        : { kind: 'bytes', after: 'EncryptedExtensions without ALPN', connections: [address.tcp.connection] },
    notes: [
      spoken === undefined
        ? 'it does not answer http/1.1 in ALPN either: it does not know ALPN, or is not for HTTP'
        : `it knows ALPN and takes ${spoken}`,
    ],
    fix: {
      text: `turn ${listed(asked)} on where the TLS of ${address.endpoint} ends, e.g. http2 on in nginx for h2`,
      commands: [],
    },
    reproduce: [opensslClient(facts, address, `-alpn ${quote(asked.join(','))}`)],
  });
}
