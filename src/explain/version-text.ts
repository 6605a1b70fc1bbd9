/**
 * Handshakes of TLS 1.2 and TLS 1.3 in words and pictures: one with a sentence for each message ({@link versionLines}),
 * or both side by side ({@link comparisonLines}).
 */
import type { Flight, FlightItem } from './flights.ts';
import { messageNote } from './message-notes.ts';
import { type Line, styled, widthOf, wrapped } from './text.ts';
import { ADDED, REMOVED, type VersionChange } from './version-changes.ts';
import type { VersionRun } from './version-run.ts';

/** Columns that two handshakes take beside each other. */
const SIDE_BY_SIDE = 80;

/** Columns of one of them. */
const COLUMN = 38;

/** Columns of a row's name. */
const LABEL = 17;

const LEGEND =
  'What just crossed between two ends on this machine. → goes to the server, ← comes back. A flight is what one side sends before it waits; a round trip is one wait. Sizes are bytes; what is in clear can be read by everybody on the way.';

/** One handshake, message by message, each with what it is for. @param width columns of the terminal */
export function versionLines(run: VersionRun, width: number): Line[] {
  return [
    [styled('strong', `${run.version}, live`)],
    ...paragraph(LEGEND, width),
    ...annotatedFlights(run, width),
    [],
    ...rowsOf(run).flatMap(({ label, value }) => cells(label, [value], Math.max(width - LABEL - 2, 24))),
  ];
}

/** Every message, and what it is for where it comes first. */
function annotatedFlights({ version, flights }: VersionRun, width: number): Line[] {
  const columns = Math.max(Math.min(width, 100) - 8, 24);
  const told = new Set<string>();
  return flights.flatMap((flight, index): Line[] => [
    [],
    [styled('dim', `  ${flightTitle(flight, index)}`)],
    ...flight.items.flatMap((item): Line[] => {
      const note = told.has(item.name) ? undefined : messageNote(version, item.name);
      told.add(item.name);
      const text = note === undefined ? [] : wrapped(`${note.says} (${note.spec})`, columns);
      return [['  ', ...itemLine(flight, item)], ...text.map((part): Line => [styled('dim', `      ${part}`)])];
    }),
  ]);
}

/** Two handshakes with the same server. @param width columns of the terminal */
export function comparisonLines(runs: readonly [VersionRun, VersionRun], width: number): Line[] {
  const [one, other] = runs;
  const isWide = width >= SIDE_BY_SIDE;
  return [
    [styled('strong', `${one.version} and ${other.version}, live`)],
    ...paragraph(LEGEND, width),
    [],
    ...(isWide ? sideBySide(runs) : runs.flatMap(below)),
    ...table(runs, width),
    [],
    ...changes('TLS 1.3 removed', REMOVED, width),
    [],
    ...changes('TLS 1.3 added', ADDED, width),
  ];
}

function paragraph(text: string, width: number): Line[] {
  return wrapped(text, Math.max(Math.min(width, 100) - 2, 24)).map((part): Line => [styled('dim', `  ${part}`)]);
}

function flightTitle({ bytes }: Flight, index: number): string {
  return `flight ${index + 1}, ${bytes} bytes on the wire`;
}

/** `→ client_hello          232  in clear`, exactly a column wide. */
function itemLine({ direction }: Flight, { name, size, isClear }: FlightItem): Line {
  const isSent = direction === 'sent';
  return [
    styled(isSent ? 'accent' : 'good', isSent ? '→' : '←'),
    ` ${name.padEnd(20)}${String(size).padStart(5)}  `,
    isClear ? styled('warn', 'in clear ') : styled('good', 'encrypted'),
  ];
}

function below(run: VersionRun): Line[] {
  return [
    [styled('strong', `  ${run.version}`)],
    ...run.flights.flatMap((flight, index): Line[] => [
      [styled('dim', `  ${flightTitle(flight, index)}`)],
      ...flight.items.map((item): Line => ['  ', ...itemLine(flight, item)]),
    ]),
    [],
  ];
}

function sideBySide(runs: readonly [VersionRun, VersionRun]): Line[] {
  const lines: Line[] = [pair(runs.map(({ version }): Line => [styled('strong', version)]))];
  for (let at = 0; at < Math.max(...runs.map(({ flights }) => flights.length)); at++) {
    const flights = runs.map((run) => run.flights[at]);
    lines.push(pair(flights.map((flight) => (flight === undefined ? [] : [styled('dim', flightTitle(flight, at))]))));
    const rows = Math.max(...flights.map((flight) => flight?.items.length ?? 0));
    for (let row = 0; row < rows; row++) {
      lines.push(
        pair(
          flights.map((flight) => {
            const item = flight?.items[row];
            return flight === undefined || item === undefined ? [] : itemLine(flight, item);
          }),
        ),
      );
    }
  }
  return [...lines, []];
}

/** Lines beside each other, each in a column. */
function pair(lines: readonly Line[]): Line {
  return lines.flatMap((line, index) => [
    ...(index === 0 ? ['  '] : [' '.repeat(2)]),
    ...line,
    ' '.repeat(Math.max(COLUMN - widthOf(line), 0)),
  ]);
}

/** A row of what a handshake comes to. */
interface Row {
  readonly label: string;
  readonly value: string;
}

function rowsOf(run: VersionRun): Row[] {
  const { version, roundTrips, flights, bytes, inClear, encrypted, cipherSuite, group, forwardSecrecy } = run;
  const isTls13 = version === 'TLS 1.3';
  const isSecret = forwardSecrecy.holds === true;
  return [
    { label: 'before data', value: `${trips(roundTrips.first)}, after TCP's` },
    { label: '  resumed', value: resumedText(run) },
    { label: '  0-RTT', value: earlyText(run) },
    { label: 'flights', value: `${flights.length}, data and its answer included` },
    { label: 'bytes', value: `${bytes.sent} there, ${bytes.received} back` },
    { label: 'in clear', value: inClear.join(', ') },
    { label: 'encrypted', value: encrypted.join(', ') },
    {
      label: 'cipher suite',
      value: `${suiteText(cipherSuite)}: ${isTls13 ? 'cipher and hash alone' : 'key exchange, signature, cipher, hash'}`,
    },
    {
      label: 'key exchange',
      value: `${group}, in ${isTls13 ? 'the key_share of both hellos' : 'server_key_exchange and client_key_exchange'}`,
    },
    {
      label: 'forward secret',
      value: !isSecret
        ? `no: ${forwardSecrecy.why}`
        : isTls13
          ? 'yes, as every full handshake of TLS 1.3'
          : 'yes, as the suite says ECDHE; with an RSA suite it would not be',
    },
    {
      label: 'signature',
      value: isTls13
        ? 'over everything said so far (RFC 8446 section 4.4.3)'
        : "over two random numbers and the server's key (RFC 8422 section 5.4)",
    },
  ];
}

/** A name in parts that fit a column: `ECDHE_ECDSA with AES_128_GCM_SHA256`. */
function suiteText(name: string): string {
  return name.replace(/^TLS_/, '').replace('_WITH_', ' with ');
}

function trips(count: number): string {
  return `${count} round trip${count === 1 ? '' : 's'}`;
}

function resumedText({ roundTrips, resumedGroup }: VersionRun): string {
  if (roundTrips.resumed === undefined) return 'not measured';
  const key = resumedGroup === undefined ? 'keys from the old secret' : `with a fresh ${resumedGroup} key`;
  return `${trips(roundTrips.resumed)}, ${key}`;
}

function earlyText({ version, roundTrips }: VersionRun): string {
  if (version === 'TLS 1.2') return 'there is none';
  if (roundTrips.early === undefined) return 'not measured';
  return `${trips(roundTrips.early)}; whoever records it can repeat it`;
}

function table(runs: readonly [VersionRun, VersionRun], width: number): Line[] {
  const [rows, others] = runs.map(rowsOf);
  const isWide = width >= SIDE_BY_SIDE;
  const cell = isWide ? Math.floor((Math.min(width, 110) - LABEL - 6) / 2) : Math.max(width - LABEL - 14, 24);
  const head = isWide
    ? cells(
        '',
        runs.map(({ version }) => version),
        cell,
        'strong',
      )
    : [];
  return [
    ...head,
    ...(rows ?? []).flatMap(({ label, value }, index) => {
      const second = others?.[index]?.value ?? '';
      if (isWide) return cells(label, [value, second], cell);
      return [
        ...cells(label, [`${runs[0].version}  ${value}`], cell + 9),
        ...cells('', [`${runs[1].version}  ${second}`], cell + 9),
      ];
    }),
  ];
}

/** A label, and values in columns of their own that wrap each for itself. */
function cells(label: string, values: readonly string[], width: number, style?: 'strong'): Line[] {
  const parts = values.map((value) => wrapped(value, width));
  const height = Math.max(...parts.map((lines) => lines.length));
  return Array.from(
    { length: height },
    (_, at): Line => [
      styled('dim', `  ${(at === 0 ? label : '').padEnd(LABEL)}`),
      ...parts.flatMap((lines, column) => {
        const text = (lines[at] ?? '').padEnd(width + 2);
        return [style === undefined ? text : styled(style, text), ...(column === parts.length - 1 ? [] : [''])];
      }),
    ],
  );
}

function changes(title: string, list: readonly VersionChange[], width: number): Line[] {
  const text = Math.max(Math.min(width, 100) - 6, 24);
  return [
    [styled('strong', `  ${title}`)],
    ...list.flatMap(({ what, why, spec }): Line[] => [
      ...wrapped(what, text).map((part): Line => [`    ${part}`]),
      ...wrapped(`${why} (${spec})`, text - 2).map((part): Line => [styled('dim', `      ${part}`)]),
    ]),
  ];
}
