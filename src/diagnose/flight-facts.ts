import type { StampedEvent } from '../explain/index.ts';
import { decodeMessage, FieldTree, HANDSHAKE_TYPES } from '../tls/wire.ts';
import { findMessage, type Recorded } from './messages.ts';
import type { ExchangeObservation, KeyProofObservation } from './observations.ts';
import { changeOf } from './probes/change.ts';
import { type Flight, readFlight } from './probes/flight.ts';

/** A server's flight that was read in place of a handshake that this client does not complete. */
export interface FlightFacts extends Recorded {
  readonly exchange: ExchangeObservation;
  readonly flight: Flight;
  readonly keyProof: KeyProofObservation | undefined;
}

const RECORD_HEADER = 5;

/** The flight that answered a probe; `undefined` where it was not read on, or is none. */
function flightOf(exchange: ExchangeObservation): Flight | undefined {
  return changeOf(exchange.change).readsOn === true ? readFlight(exchange.received) : undefined;
}

/** A flight as a handshake is recorded, so that whoever reads the one reads the other. */
export function flightFactsOf(exchange: ExchangeObservation, keyProof?: KeyProofObservation): FlightFacts | undefined {
  const flight = flightOf(exchange);
  if (flight === undefined) return undefined;
  const { at, took, sent, received } = exchange;
  const events = [
    ...recordsOf(sent, 'sent', at),
    helloOf(sent, at),
    ...recordsOf(received, 'received', at + took),
    ...flight.messages.map(
      ({ message, bytes, fields }): StampedEvent => ({
        at: at + took,
        event: { kind: 'message', direction: 'received', level: 'initial', name: message.type, bytes, fields },
      }),
    ),
  ];
  return { exchange, flight, keyProof, events };
}

/** That the handshake was not completed, and whether the server showed its key all the same. */
export function keyProofNote({ keyProof }: FlightFacts): string {
  const read = 'read to ServerHelloDone and no further';
  if (keyProof?.status === 'proved')
    return `${read}; the server has the key of its certificate: ServerKeyExchange is ${keyProof.reason}`;
  return `${read}; that the server has the key of its certificate is not shown: ${keyProof?.reason ?? 'nothing was checked'}`;
}

/** That a client certificate is asked for, which is not answered here. */
export function certificateRequestNotes(seen: FlightFacts | undefined): string[] {
  if (findMessage(seen, 'received', 'certificate_request') === undefined) return [];
  return ['the server asks for a client certificate; whether it goes on without one is not measured'];
}

/** The ClientHello of a probe: one message in one record. */
export function helloSent(sent: Uint8Array): Uint8Array {
  return sent.subarray(RECORD_HEADER);
}

function helloOf(sent: Uint8Array, at: number): StampedEvent {
  const bytes = helloSent(sent);
  const fields = new FieldTree();
  decodeMessage(HANDSHAKE_TYPES.client_hello, bytes, fields);
  return {
    at,
    event: { kind: 'message', direction: 'sent', level: 'initial', name: 'client_hello', bytes, fields: fields.fields },
  };
}

function recordsOf(bytes: Uint8Array, direction: 'sent' | 'received', at: number): StampedEvent[] {
  const events: StampedEvent[] = [];
  for (let start = 0; start + RECORD_HEADER <= bytes.length; ) {
    const u16 = (offset: number) => ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
    const contentLength = Math.min(u16(start + 3), bytes.length - start - RECORD_HEADER);
    const span = { start, end: start + RECORD_HEADER + contentLength };
    const contentType = bytes[start] === 22 ? 'handshake' : (bytes[start] ?? 0);
    const record = { kind: 'record', direction, level: 'initial', contentType, legacyVersion: u16(start + 1) } as const;
    events.push({ at, event: { ...record, span, contentLength, padding: 0 } });
    start = span.end;
  }
  return events;
}
