import type { Direction, Level } from '../tls/index.ts';
import type { StampedEvent } from './ladder.ts';

/** What crossed on its way to the first data: a handshake message, change_cipher_spec, or data of the application. */
export interface FlightItem {
  /** The RFC's noun, or `application_data`. */
  readonly name: string;
  /** Bytes of the message itself; of the record where it is data. */
  readonly size: number;
  /** Whether whoever is on the way reads it. */
  readonly isClear: boolean;
}

/** What one side sends before the other answers. */
export interface Flight {
  readonly direction: Direction;
  /** On the wire, record headers and tags included. */
  readonly bytes: number;
  readonly items: readonly FlightItem[];
}

interface Growing {
  readonly direction: Direction;
  bytes: number;
  readonly items: FlightItem[];
}

/**
 * The flights of a connection up to the first data of the application that comes back, or to its end. A
 * change_cipher_spec makes no flight of its own: nobody waits for it (RFC 8446 appendix D.4).
 */
export function flightsOf(events: readonly StampedEvent[]): Flight[] {
  const flights: Growing[] = [];
  const ahead: Record<Direction, Growing> = {
    sent: { direction: 'sent', bytes: 0, items: [] },
    received: { direction: 'received', bytes: 0, items: [] },
  };
  const current = (direction: Direction): Growing => {
    const last = flights.at(-1);
    if (last?.direction === direction) return last;
    const { bytes, items } = ahead[direction];
    ahead[direction] = { direction, bytes: 0, items: [] };
    const flight = { direction, bytes, items };
    flights.push(flight);
    return flight;
  };
  for (const { event } of events) {
    if (event.kind === 'alert') break;
    if (event.kind === 'message') {
      const { direction, name, bytes, level } = event;
      current(direction).items.push({ name, size: bytes.length, isClear: isClear(level) });
    }
    if (event.kind !== 'record') continue;
    const { direction, level, span, contentLength, contentType, innerType = contentType } = event;
    if (innerType === 'alert') break;
    const isSpec = contentType === 'change_cipher_spec';
    const flight = isSpec && flights.at(-1)?.direction !== direction ? ahead[direction] : current(direction);
    flight.bytes += span.end - span.start;
    if (isSpec) flight.items.push({ name: contentType, size: contentLength, isClear: isClear(level) });
    if (innerType !== 'application_data') continue;
    if (flight.items.at(-1)?.name !== innerType)
      flight.items.push({ name: innerType, size: contentLength, isClear: false });
    if (direction === 'received') break;
  }
  return flights;
}

function isClear(level: Level): boolean {
  return level === 'initial';
}
