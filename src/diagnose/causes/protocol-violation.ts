import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Evidence, Finding } from '../finding.ts';
import type { FlightFacts } from '../flight-facts.ts';
import { handshakeText, probeWith } from '../handshakes.ts';
import { failsWith, makeFinding } from '../make-finding.ts';
import { findMessage } from '../messages.ts';
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
  provedBy: 'The bytes, and the section of the RFC that forbids them.',
  remedy: 'Update the peer, or take out what changes the bytes on the way.',
  alsoKnownAs: [],
  evaluate: (facts) =>
    facts.addresses.flatMap((address) => {
      const { tls, flight } = address;
      if (flight === undefined && !isConcerned(address)) return [];
      const error = flight === undefined ? tls?.error : flightError(flight);
      return error === undefined ? [] : finding(facts, address, error);
    }),
};

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
