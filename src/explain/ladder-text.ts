import { toHex } from '../bytes/index.ts';
import type { Field } from '../tls/index.ts';
import { type Ladder, ladderOf, type Rung, type StampedEvent } from './ladder.ts';
import { type Line, styled } from './text.ts';

/** How much of a handshake is shown. */
interface LadderDetail {
  /** Every field of every message with its bytes. */
  readonly fields: boolean;
}

/** Bytes in a line of a field's hexadecimal. */
const ROW = 16;

/** The columns of a field's name, and of a row of its bytes. */
const NAME_WIDTH = 46;
const HEX_WIDTH = 3 * ROW;

/** The messages of one connection: when, which way, how large, who can read them; with `fields` all their bytes. */
export function ladderLines(events: readonly StampedEvent[], detail: LadderDetail): Line[] {
  const ladder = ladderOf(events);
  const start = events[0]?.at ?? 0;
  const lines: Line[] = [];
  let flight = 0;
  for (const rung of ladder.rungs) {
    lines.push(rungLine(rung, start, { isFirst: rung.flight !== flight, hasEpochs: ladder.hasHandshakeKeys }));
    flight = rung.flight;
    if (detail.fields && rung.event.kind === 'message') lines.push(...fieldLines(rung.event.fields, rung.event.bytes));
  }
  return [...lines, ...summaryLines(ladder)];
}

interface Place {
  /** Whether it begins a flight. */
  readonly isFirst: boolean;
  /** Whether the handshake has keys of its own beside those of the data: before TLS 1.3 there is one set. */
  readonly hasEpochs: boolean;
}

function rungLine({ at, direction, name, size, level, flight }: Rung, start: number, place: Place): Line {
  const isSent = direction === 'sent';
  const keys = level === 'initial' || !place.hasEpochs ? '' : `${level} keys`;
  return [
    styled('dim', `${(at - start).toFixed(1).padStart(9)} ms  `),
    styled(isSent ? 'accent' : 'good', isSent ? '→' : '←'),
    `  ${name.padEnd(28)}${String(size).padStart(6)} B  `,
    level === 'initial' ? styled('warn', 'in clear  ') : styled('good', 'encrypted '),
    styled('dim', keys.padEnd(18)),
    styled('dim', place.isFirst ? `flight ${flight}` : ''),
  ];
}

function summaryLines({ flights, roundTrips, isComplete, bytes, forwardSecrecy }: Ladder): Line[] {
  const { holds, why } = forwardSecrecy;
  const word = holds === undefined ? 'not known' : holds ? 'yes' : 'no';
  return [
    [
      `  ${plural(flights, 'flight')} · ${plural(roundTrips, 'round trip')}${isComplete ? ' before the first byte of data' : ''} · `,
      `${bytes.clear} B in clear, ${bytes.encrypted} B encrypted`,
    ],
    ['  forward secret: ', styled(holds === true ? 'good' : 'warn', word), `, ${why}`],
  ];
}

function fieldLines(fields: readonly Field[], bytes: Uint8Array, depth = 0): Line[] {
  return fields.flatMap((field) => {
    const { name, label, children, span } = field;
    const indent = ' '.repeat(14 + 2 * depth);
    if (children !== undefined) {
      const title: Line = [`${indent}${name}`, ...(label === undefined ? [] : [styled('accent', ` ${label}`)])];
      return [title, ...fieldLines(children, bytes, depth + 1)];
    }
    return leafLines(`${indent}${name}`, bytes.subarray(span.start, span.end), meaningOf(field));
  });
}

function leafLines(name: string, bytes: Uint8Array, meaning: string): Line[] {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW) rows.push(toHex(bytes.subarray(at, at + ROW), ' '));
  const [first = '', ...rest] = rows;
  return [
    [name.padEnd(NAME_WIDTH), ' ', styled('dim', meaning === '' ? first : first.padEnd(HEX_WIDTH)), meaning],
    ...rest.map((row): Line => [' '.repeat(NAME_WIDTH + 1), styled('dim', row)]),
  ];
}

/** What the bytes say: a registered name, a number, a text. */
function meaningOf({ label, value }: Field): string {
  if (label !== undefined) return label;
  return value === undefined ? '' : String(value);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
