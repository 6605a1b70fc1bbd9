import { type Flight, flightsOf } from './flights.ts';
import { type ForwardSecrecy, ladderOf, type StampedEvent } from './ladder.ts';

/** Connections of one version to one server, as their client saw them. */
export interface RecordedVersion {
  readonly version: 'TLS 1.2' | 'TLS 1.3';
  readonly first: readonly StampedEvent[];
  /** A connection that resumed the session of the first; absent where there was none. */
  readonly resumed?: readonly StampedEvent[];
  /** One that sent 0-RTT data, which was accepted. */
  readonly early?: readonly StampedEvent[];
}

/** How often the client waits before the first byte of its application may leave, TCP's own round trip aside. */
interface RoundTrips {
  readonly first: number;
  readonly resumed: number | undefined;
  readonly early: number | undefined;
}

/** What the handshakes of a version come to. */
export interface VersionRun {
  readonly version: RecordedVersion['version'];
  readonly cipherSuite: string;
  /** The group of the key agreement. */
  readonly group: string;
  /** The same of the resumed connection; absent where its keys come from the old secret alone. */
  readonly resumedGroup?: string;
  readonly flights: readonly Flight[];
  /** Messages before the first data of the application, each once, in their order. */
  readonly inClear: readonly string[];
  readonly encrypted: readonly string[];
  readonly bytes: { readonly sent: number; readonly received: number };
  readonly roundTrips: RoundTrips;
  readonly forwardSecrecy: ForwardSecrecy;
}

/** Reads what crossed. */
export function versionRunOf({ version, first, resumed, early }: RecordedVersion): VersionRun {
  const { cipherSuite, group, forwardSecrecy, roundTrips } = ladderOf(first);
  const again = resumed && ladderOf(resumed);
  const flights = flightsOf(first);
  const items = flights.flatMap((flight) => flight.items);
  const names = (isClear: boolean) => [
    ...new Set(items.filter((item) => item.isClear === isClear && item.name !== DATA).map(({ name }) => name)),
  ];
  const bytesOf = (direction: Flight['direction']) =>
    flights.reduce((sum, flight) => sum + (flight.direction === direction ? flight.bytes : 0), 0);
  return {
    version,
    cipherSuite: cipherSuite ?? 'none',
    group: group ?? 'none',
    ...(again?.group === undefined ? {} : { resumedGroup: again.group }),
    flights,
    inClear: names(true),
    encrypted: names(false),
    bytes: { sent: bytesOf('sent'), received: bytesOf('received') },
    roundTrips: { first: roundTrips, resumed: again?.roundTrips, early: early && ladderOf(early).roundTrips },
    forwardSecrecy,
  };
}

const DATA = 'application_data';

/** The versions that a text names and nothing else: `tls1.2 tls1.3`, `TLS 1.3`. */
export function versionsNamed(text: string): readonly RecordedVersion['version'][] | undefined {
  const match = /^tls ?v?1\.([23])(?:,? (?:and |vs\.? )?tls ?v?1\.([23]))?$/i.exec(text.trim());
  if (match === null) return undefined;
  const digits = [match[1], match[2]].filter((digit) => digit !== undefined);
  return [...new Set(digits.map((digit): RecordedVersion['version'] => (digit === '3' ? 'TLS 1.3' : 'TLS 1.2')))];
}
