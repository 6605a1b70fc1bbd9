import type { AddressFacts, Json, Report } from '../../diagnose/index.ts';
import {
  ADDED,
  comparisonLines,
  type Line,
  ladderLines,
  REMOVED,
  type RecordedVersion,
  styled,
  type VersionChange,
  type VersionRun,
  versionLines,
  versionRunOf,
} from '../../explain/index.ts';
import { startBothVersions } from '../../lab/index.ts';
import { check } from '../../node/probe/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import type { Output } from '../output.ts';

type Version = RecordedVersion['version'];

/** Columns where nobody says how many there are. */
const COLUMNS = 80;

/** Groups that both versions have: what differs is then the version's doing. */
const GROUPS = ['x25519', 'secp256r1'];

/** `hellofin explain tls1.2 tls1.3`: live handshakes with a server on loopback, explained. */
export async function explainVersions(
  versions: readonly Version[],
  verbose: number,
  output: Output,
  io: Io,
): Promise<ExitCode> {
  const recorded = await handshakesOf(versions, io);
  const runs = recorded.map(versionRunOf);
  const [first, second] = runs;
  if (first === undefined) throw new Error('no version to explain');
  if (output.isJson) {
    output.document({ handshakes: runs.map(runToJson), ...(second === undefined ? {} : CHANGES) }, EXIT.ok);
    return EXIT.ok;
  }
  const width = io.stdout.columns ?? COLUMNS;
  output.lines(second === undefined ? versionLines(first, width) : comparisonLines([first, second], width));
  if (verbose > 0) output.lines(recorded.flatMap((one) => ladders(one, verbose > 1)));
  return EXIT.ok;
}

const changeToJson = ({ what, why, spec }: VersionChange): Json => ({ what, why, spec });

const CHANGES = { removed: REMOVED.map(changeToJson), added: ADDED.map(changeToJson) };

/** Makes each handshake as `check` makes it: a first, one that resumes, and in TLS 1.3 one with 0-RTT data. */
async function handshakesOf(versions: readonly Version[], io: Io): Promise<RecordedVersion[]> {
  const lab = await startBothVersions();
  io.onInterrupt(() => lab.close());
  const recorded: RecordedVersion[] = [];
  try {
    for (const version of versions) {
      const tls = version === 'TLS 1.3' ? '1.3' : '1.2';
      const { target } = lab.endpoint(`tls${tls}`);
      const trusted = { ca: lab.ca, resolver: lab.resolver };
      const report = await check(target, { ...trusted, tls, groups: GROUPS, alpn: ['http/1.1'], earlyData: true });
      recorded.push(recordedIn(report, version));
    }
  } finally {
    await lab.close();
  }
  return recorded;
}

/** The handshakes of a report that a version is explained by. */
export function recordedIn({ facts, summary }: Report, version: Version): RecordedVersion {
  const [address] = facts.addresses;
  const first = address?.tls?.events;
  if (address === undefined || first === undefined) throw new Error(`${version} on loopback: ${summary}`);
  const resumed = eventsOf(address, 'handshake:session');
  const early = eventsOf(address, 'handshake:session:early_data');
  return { version, first, ...(resumed && { resumed }), ...(early && { early }) };
}

function eventsOf({ handshakes }: AddressFacts, id: AddressFacts['handshakes'][number]['change']) {
  return handshakes.find(({ change }) => change === id)?.tls?.events;
}

function ladders({ version, first, resumed, early }: RecordedVersion, fields: boolean): Line[] {
  const one = (title: string, events: RecordedVersion['first'] | undefined): Line[] =>
    events === undefined ? [] : [[], [styled('strong', `  ${version}, ${title}`)], ...ladderLines(events, { fields })];
  return [...one('the first connection', first), ...one('resumed', resumed), ...one('with 0-RTT data', early)];
}

function runToJson({ roundTrips, forwardSecrecy, flights, inClear, encrypted, ...run }: VersionRun): Json {
  const { first, resumed = null, early = null } = roundTrips;
  return {
    ...run,
    roundTrips: { first, resumed, early },
    forwardSecrecy: { holds: forwardSecrecy.holds ?? null, why: forwardSecrecy.why },
    inClear,
    encrypted,
    flights: flights.map(({ direction, bytes, items }) => ({
      ...{ direction, bytes },
      items: items.map(({ name, size, isClear }) => ({ name, size, inClear: isClear })),
    })),
  };
}
