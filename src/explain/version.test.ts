import { describe, expect, test } from 'vitest';
import type { TlsEvent } from '../tls/index.ts';
import { flightsOf } from './flights.ts';
import { ladderOf, type StampedEvent } from './ladder.ts';
import { messageNote } from './message-notes.ts';
import { toPlainText } from './text.ts';
import { ADDED, REMOVED } from './version-changes.ts';
import { type RecordedVersion, versionRunOf, versionsNamed } from './version-run.ts';
import { comparisonLines, versionLines } from './version-text.ts';

type Message = Extract<TlsEvent, { kind: 'message' }>;
type RecordOf = Extract<TlsEvent, { kind: 'record' }>;

/** A message in a record of its own, in the order in which each direction tells them. */
function message(
  direction: Message['direction'],
  name: Message['name'],
  level: Message['level'] = 'initial',
): TlsEvent[] {
  const crossed: Message = { kind: 'message', direction, level, name, bytes: new Uint8Array(10), fields: [] };
  const around = record(direction, level, 'handshake', 15);
  return direction === 'sent' ? [crossed, around] : [around, crossed];
}

function record(
  direction: Message['direction'],
  level: Message['level'],
  contentType: RecordOf['contentType'],
  size = 6,
): RecordOf {
  const place = { span: { start: 0, end: size }, contentLength: size - 5, padding: 0, legacyVersion: 0x303 };
  return { kind: 'record', direction, level, contentType, ...place };
}

function stamped(events: readonly TlsEvent[]): StampedEvent[] {
  return events.map((event, at) => ({ at, event }));
}

const spec = (direction: Message['direction']) => record(direction, 'initial', 'change_cipher_spec');
const data = (direction: Message['direction']) => record(direction, 'application', 'application_data', 100);
const notify: TlsEvent = { kind: 'alert', direction: 'received', level: 'application', severity: 1, code: 0 };

const tls13 = stamped([
  ...message('sent', 'client_hello'),
  ...message('received', 'server_hello'),
  // The dummy leaves in the middle of the server's flight.
  spec('sent'),
  spec('received'),
  ...message('received', 'certificate', 'handshake'),
  ...message('received', 'finished', 'handshake'),
  ...message('sent', 'finished', 'handshake'),
  data('sent'),
  data('sent'),
  ...message('received', 'new_session_ticket', 'application'),
  data('received'),
  notify,
]);

const tls12 = stamped([
  ...message('sent', 'client_hello'),
  ...message('received', 'server_hello'),
  ...message('received', 'certificate'),
  ...message('sent', 'client_key_exchange'),
  spec('sent'),
  ...message('sent', 'finished', 'application'),
  spec('received'),
  ...message('received', 'finished', 'application'),
  data('sent'),
  data('received'),
]);

const resumed12 = stamped([
  ...message('sent', 'client_hello'),
  ...message('received', 'server_hello'),
  spec('received'),
  ...message('received', 'finished', 'application'),
  spec('sent'),
  ...message('sent', 'finished', 'application'),
]);

const early13 = stamped([
  ...message('sent', 'client_hello'),
  record('sent', 'early', 'application_data', 100),
  ...message('received', 'server_hello'),
  ...message('received', 'finished', 'handshake'),
  ...message('sent', 'end_of_early_data', 'early'),
  ...message('sent', 'finished', 'handshake'),
]);

function shapeOf(events: readonly StampedEvent[]) {
  return flightsOf(events).map(({ direction, bytes, items }) => [
    direction,
    bytes,
    items.map(({ name }) => name).join(' '),
  ]);
}

describe('flights', () => {
  test('a dummy change_cipher_spec stands in the next flight of its side', () => {
    expect(shapeOf(tls13)).toEqual([
      ['sent', 15, 'client_hello'],
      ['received', 51, 'server_hello change_cipher_spec certificate finished'],
      ['sent', 221, 'change_cipher_spec finished application_data'],
      ['received', 115, 'new_session_ticket application_data'],
    ]);
  });

  test('TLS 1.2 waits once more', () => {
    expect(shapeOf(tls12)).toEqual([
      ['sent', 15, 'client_hello'],
      ['received', 30, 'server_hello certificate'],
      ['sent', 36, 'client_key_exchange change_cipher_spec finished'],
      ['received', 21, 'change_cipher_spec finished'],
      ['sent', 100, 'application_data'],
      ['received', 100, 'application_data'],
    ]);
  });

  test('an alert ends them, in clear or not', () => {
    const refused: TlsEvent = { ...notify, code: 40, level: 'initial' };
    const answer = record('received', 'initial', 'alert', 7);
    expect(shapeOf(stamped([...message('sent', 'client_hello'), answer, refused]))).toEqual([
      ['sent', 15, 'client_hello'],
    ]);
  });
});

const older: RecordedVersion = { version: 'TLS 1.2', first: tls12, resumed: resumed12 };
const newer: RecordedVersion = { version: 'TLS 1.3', first: tls13, early: early13 };

describe('what a version comes to', () => {
  test('round trips are those before data may leave', () => {
    expect(versionRunOf(older).roundTrips).toEqual({ first: 2, resumed: 1, early: undefined });
    expect(versionRunOf(newer).roundTrips).toEqual({ first: 1, resumed: undefined, early: 0 });
  });

  test('what a tap reads, and what it does not', () => {
    const { inClear, encrypted, bytes } = versionRunOf(newer);
    expect(inClear).toEqual(['client_hello', 'server_hello', 'change_cipher_spec']);
    expect(encrypted).toEqual(['certificate', 'finished', 'new_session_ticket']);
    expect(bytes).toEqual({ sent: 236, received: 166 });
    expect(versionRunOf(older).inClear).toContain('certificate');
  });
});

describe('forward secrecy of TLS 1.2 without a fresh key', () => {
  test.each([
    ['a certificate that is encrypted to', tls12, /^the client sends its secret to the certificate's key/],
    ['a session that is resumed', resumed12, /^no fresh key was agreed: the keys come from the secret of the session/],
  ])('%s', (_, events, why) => {
    expect(ladderOf(events).forwardSecrecy).toMatchObject({ holds: false, why: expect.stringMatching(why) });
  });
});

describe('the words', () => {
  test('side by side where there is room, else one below the other', () => {
    const runs = [versionRunOf(older), versionRunOf(newer)] as const;
    const wide = toPlainText(comparisonLines(runs, 80));
    expect(wide).toMatch(/→ client_hello .*→ client_hello/);
    expect(wide).toMatch(/before data +2 round trips.* 1 round trip, /);
    expect(toPlainText(comparisonLines(runs, 79))).not.toMatch(/→ client_hello .*→ client_hello/);
  });

  test('what was not measured is told as such', () => {
    const text = toPlainText(versionLines(versionRunOf(newer), 80));
    expect(text).toMatch(/resumed +not measured/);
    expect(text).toMatch(/0-RTT +0 round trips; whoever records it can repeat it/);
    const { first } = newer;
    expect(toPlainText(versionLines(versionRunOf({ version: 'TLS 1.3', first }), 80))).toMatch(/0-RTT +not measured/);
  });

  test('a message is explained where it comes first, and not again', () => {
    const text = toPlainText(versionLines(versionRunOf(newer), 80));
    expect(text.match(/A checksum over the whole handshake/g)).toHaveLength(1);
    expect(messageNote('TLS 1.3', 'server_key_exchange')).toBeUndefined();
  });

  test('every change has its reason and its section', () => {
    for (const { what, why, spec } of [...REMOVED, ...ADDED]) {
      expect([what, why].every((text) => text.length > 5)).toBe(true);
      expect(spec).toMatch(/^RFC \d+ (section|appendix) /);
    }
  });
});

test.each([
  ['tls1.2 tls1.3', ['TLS 1.2', 'TLS 1.3']],
  ['TLS 1.3 tls1.2', ['TLS 1.3', 'TLS 1.2']],
  ['tlsv1.2 vs. tlsv1.3', ['TLS 1.2', 'TLS 1.3']],
  ['tls1.3 and TLS1.3', ['TLS 1.3']],
  [' tls1.3 ', ['TLS 1.3']],
  ['tls1.1', undefined],
  ['tls1.2 tls1.3 tls1.2', undefined],
  ['remote error: tls: protocol version tls1.2', undefined],
])('%s names %j', (text, versions) => {
  expect(versionsNamed(text)).toEqual(versions);
});
