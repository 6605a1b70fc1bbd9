/** Finds messages in a recorded handshake. */
import type { Span } from '../bytes/index.ts';
import { type AlertEvent, type MessageEvent, TlsError } from '../tls/index.ts';
import { decodeMessage, type HandshakeName, type MessageOf } from '../tls/wire.ts';
import type { TlsObservation } from './observations.ts';

type Direction = MessageEvent['direction'];

/** The first message of a name that crossed in one direction. */
export function findMessage(
  tls: TlsObservation | undefined,
  direction: Direction,
  name: HandshakeName,
): MessageEvent | undefined {
  for (const { event } of tls?.events ?? []) {
    if (event.kind === 'message' && event.direction === direction && event.name === name) return event;
  }
  return undefined;
}

/** The same, decoded. Bytes of a saved run that do not decode count as absent. */
export function decodeFound<Name extends HandshakeName>(
  tls: TlsObservation | undefined,
  direction: Direction,
  name: Name,
): MessageOf<Name> | undefined {
  const event = findMessage(tls, direction, name);
  if (event === undefined) return undefined;
  try {
    const message = decodeMessage(event.bytes[0] ?? 0, event.bytes);
    return message.type === name ? (message as MessageOf<Name>) : undefined;
  } catch (error) {
    if (error instanceof TlsError) return undefined;
    throw error;
  }
}

/** The last alert that the peer sent, close_notify aside. */
export function alertReceived(tls: TlsObservation | undefined): AlertEvent | undefined {
  return tls?.events
    .map(({ event }) => event)
    .findLast(
      (event): event is AlertEvent => event.kind === 'alert' && event.direction === 'received' && event.code !== 0,
    );
}

/** Where each certificate stands in the server's Certificate message, leaf first. */
export function certificateSpans(tls: TlsObservation | undefined): Span[] {
  const message = decodeFound(tls, 'received', 'certificate');
  const bytes = findMessage(tls, 'received', 'certificate')?.bytes;
  if (message === undefined || bytes === undefined) return [];
  // The decoder gives views of the message.
  return message.certificateList.map(({ certData }) => {
    const start = certData.byteOffset - bytes.byteOffset;
    return { start, end: start + certData.length };
  });
}
