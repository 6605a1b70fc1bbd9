import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Evidence, Finding } from '../finding.ts';
import type { FlightFacts } from '../flight-facts.ts';
import { handshakeText, probeWith, proofByHandshake } from '../handshakes.ts';
import { failsWith, makeFinding, symptomText } from '../make-finding.ts';
import { findMessage, isHelloAnswered } from '../messages.ts';
import type { ObservedError } from '../observations.ts';
import { handshakeChangeOf } from '../probes/handshake-change.ts';
import { opensslClient } from '../reproduce.ts';
import { unaskedProtocol } from './alpn-unexpected.ts';
import { isTampered } from './handshake-tampered.ts';

/** The peer breaks TLS itself. */
export const protocolViolation: Cause = {
  code: 'PROTOCOL_VIOLATION',
  severity: 'error',
  step: 'tls',
  title: 'the peer breaks the protocol',
  meaning: 'The peer breaks TLS itself; the evidence has the bytes. [Errors](errors.md) has the rule.',
  provedBy:
    'The bytes, and the section of the RFC that forbids them; or, where the peer ends behind its HelloRetryRequest, the same handshake without change_cipher_spec, which it must pass over, that completes.',
  remedy: 'Update the peer, or take out what changes the bytes on the way.',
  alsoKnownAs: [],
  asks: (address) =>
    isEndedBehindRetry(address) ? ['handshake:none', ...(endsAgain(address) ? ([WITHOUT_CHANGE] as const) : [])] : [],
  evaluate: (facts) =>
    facts.addresses.flatMap((address) => {
      if (refusesChange(address)) return refusal(facts, address);
      const { tls, flight } = address;
      if (flight === undefined && !isConcerned(address)) return [];
      const error = flight === undefined ? tls?.error : flightError(flight);
      return error === undefined ? [] : finding(facts, address, error);
    }),
};

const WITHOUT_CHANGE = 'handshake:middlebox_compatibility:none';

/** An end between a HelloRetryRequest and a ServerHello: behind the change_cipher_spec and the second ClientHello. */
function isEndedBehindRetry({ symptom, tls }: Pick<AddressFacts, 'symptom' | 'tls'>): boolean {
  const isEnd = symptom.kind === 'closed' || symptom.kind === 'reset' || symptom.kind === 'alert';
  return isEnd && findMessage(tls, 'received', 'hello_retry_request') !== undefined && !isHelloAnswered({ tls });
}

function endsAgain(address: AddressFacts): boolean {
  const again = probeWith(address, 'handshake:none');
  return again !== undefined && isEndedBehindRetry(again);
}

function refusesChange(address: AddressFacts): boolean {
  const isPassed = probeWith(address, WITHOUT_CHANGE)?.symptom.kind === 'none';
  return isEndedBehindRetry(address) && endsAgain(address) && isPassed;
}

/** A server that ends over a change_cipher_spec, which it must pass over (RFC 8446 section 5). */
function refusal(facts: Facts, address: AddressFacts): Finding[] {
  const probe = probeWith(address, WITHOUT_CHANGE);
  if (probe === undefined) return [];
  const retry = findMessage(address.tls, 'received', 'hello_retry_request')?.bytes ?? new Uint8Array(0);
  const mark = { start: 0, end: retry.length };
  const before = symptomText(address);
  return [
    makeFinding(protocolViolation, facts, address, {
      title: 'the server asks for another ClientHello and ends over the change_cipher_spec before it',
      summary: failsWith(facts, 'the server does not pass over a change_cipher_spec'),
      where: { message: 'HelloRetryRequest message', bytes: mark },
      evidence: [
        {
          kind: 'bytes',
          bytes: retry.subarray(0, 32),
          start: 0,
          mark,
          reads: 'hello_retry_request',
          caption: `answered by a change_cipher_spec and another ClientHello; then ${before}`,
        },
        { kind: 'text', text: 'a change_cipher_spec of one byte is to be dropped (RFC 8446 section 5)' },
      ],
      proof: proofByHandshake(facts, address, probe, { before, after: handshakeText(probe) }),
      fix: {
        text: `update the server on ${address.address}: most clients send one there (RFC 8446 appendix D.4)`,
        commands: [],
      },
      reproduce: [opensslClient(facts, address, '-msg')],
    }),
  ];
}

/** What is wrong with a flight that was read: its form, or its signature. */
function flightError(seen: FlightFacts): ObservedError | undefined {
  if (seen.flight.problem !== undefined) return seen.flight.problem;
  if (seen.keyProof?.status !== 'failed') return undefined;
  const length = findMessage(seen, 'received', 'server_key_exchange')?.bytes.length ?? 0;
  return {
    ...{ code: 'BAD_SIGNATURE', fault: 'peer', message: seen.keyProof.reason, spec: 'RFC 5246 section 7.4.3' },
    evidence: { messageType: 'server_key_exchange', span: { start: 4, end: length } },
  };
}

/** Violations that have no finding of their own. */
function isConcerned(address: AddressFacts): boolean {
  if (address.symptom.kind !== 'violation' || address.tls?.error?.code === 'LIMIT_EXCEEDED') return false;
  // What passes the second time is told as INTERMITTENT.
  if (probeWith(address, 'handshake:none')?.symptom.kind === 'none') return false;
  return !isTampered(address) && unaskedProtocol(address) === undefined;
}

function finding(facts: Facts, address: AddressFacts, { evidence, message, spec, code }: ObservedError): Finding {
  return makeFinding(protocolViolation, facts, address, {
    title: message,
    summary: failsWith(facts, `the peer breaks the protocol (${code})`),
    where: evidence === undefined ? null : { message: evidence.messageType, bytes: evidence.span },
    evidence: [...bytesOf(address, evidence), { kind: 'text', text: `${code}: ${spec}` }],
    notes: withClassicalGroups(address),
    proof: {
      kind: 'bytes',
      after: message,
      connections: [address.flight?.exchange.connection ?? address.tcp.connection],
    },
    fix: {
      text: `update the server on ${address.address}; if it is right, something on the way changes the bytes: look for a TLS-inspecting device`,
      commands: [],
    },
    reproduce: [opensslClient(facts, address, '-msg')],
  });
}

/** A handshake that only passes without a post-quantum group says whose computation is wrong. */
function withClassicalGroups(address: AddressFacts): string[] {
  const classical = probeWith(address, 'handshake:groups:classical');
  if (classical === undefined || classical.symptom.kind === 'unreached') return [];
  const { group = 'this group' } = address.negotiated;
  return [
    `with ${handshakeChangeOf(classical.change).name}: ${handshakeText(classical)}; an end computes ${group} wrongly, or a device changes hellos of its size`,
  ];
}

/** The bytes that broke the rule, where the message was recorded. */
function bytesOf(address: AddressFacts, evidence: ObservedError['evidence']): Evidence[] {
  if (evidence === undefined) return [];
  const { messageType, span } = evidence;
  for (const { event } of address.recorded?.events.toReversed() ?? []) {
    if (event.kind !== 'message' || event.direction !== 'received' || event.name !== messageType) continue;
    const start = Math.min(span.start, event.bytes.length);
    const bytes = event.bytes.subarray(start, start + 32);
    return [{ kind: 'bytes', bytes, start, mark: span, reads: messageType, caption: 'forbidden here' }];
  }
  return [];
}
