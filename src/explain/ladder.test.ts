import { describe, expect, test } from 'vitest';
import type { Field, TlsEvent } from '../tls/index.ts';
import { ladderOf, type StampedEvent } from './ladder.ts';
import { ladderLines } from './ladder-text.ts';
import { toPlainText } from './text.ts';

type Message = Extract<TlsEvent, { kind: 'message' }>;

function message(
  direction: Message['direction'],
  name: Message['name'],
  level: Message['level'] = 'initial',
  fields: readonly Field[] = [],
): Message {
  return { kind: 'message', direction, level, name, bytes: Uint8Array.of(1, 2, 3, 4), fields };
}

function record(
  direction: Message['direction'],
  level: Message['level'],
  size: number,
  contentType = 'handshake',
): TlsEvent {
  const type = contentType as 'handshake';
  return {
    kind: 'record',
    direction,
    level,
    contentType: type,
    legacyVersion: 0x303,
    span: { start: 0, end: size },
    contentLength: size - 5,
    padding: 0,
  };
}

function stamped(events: readonly TlsEvent[]): StampedEvent[] {
  return events.map((event, index) => ({ at: 100 + index, event }));
}

/** A ServerHello's fields, as far as a key share is told by them. */
const keyShare: Field[] = [
  {
    name: 'extensions',
    span: { start: 0, end: 4 },
    children: [
      {
        name: 'extension',
        label: 'key_share',
        span: { start: 0, end: 4 },
        children: [
          {
            name: 'extension_data',
            span: { start: 0, end: 4 },
            children: [{ name: 'group', span: { start: 0, end: 2 }, value: 29, label: 'x25519' }],
          },
        ],
      },
    ],
  },
];

const handshake = stamped([
  message('sent', 'client_hello'),
  record('sent', 'initial', 100),
  message('received', 'server_hello', 'initial', keyShare),
  record('sent', 'initial', 6, 'change_cipher_spec'),
  record('received', 'initial', 6, 'change_cipher_spec'),
  message('received', 'encrypted_extensions', 'handshake'),
  record('received', 'handshake', 50),
  message('received', 'finished', 'handshake'),
  message('sent', 'finished', 'handshake'),
  message('received', 'new_session_ticket', 'application'),
]);

describe('ladderOf', () => {
  test('counts flights and round trips, change_cipher_spec aside', () => {
    const { rungs, flights, roundTrips } = ladderOf(handshake);
    expect([flights, roundTrips]).toEqual([4, 1]);
    expect(rungs.filter(({ name }) => name === 'change_cipher_spec').length).toBe(2);
    expect(rungs.find(({ name }) => name === 'new_session_ticket')?.flight).toBe(4);
  });

  test('a HelloRetryRequest costs a round trip', () => {
    const retried = [
      message('sent', 'client_hello'),
      message('received', 'hello_retry_request'),
      message('sent', 'client_hello'),
      message('received', 'server_hello'),
      message('sent', 'finished', 'handshake'),
    ];
    expect(ladderOf(stamped(retried)).roundTrips).toBe(2);
  });

  test('tells what a tap reads from what it does not', () => {
    expect(ladderOf(handshake).bytes).toEqual({ clear: 112, encrypted: 50 });
  });

  test('a key share makes it forward-secret, and says with what', () => {
    expect(ladderOf(handshake).forwardSecrecy).toEqual({ holds: true, why: expect.stringContaining('x25519') });
  });

  test('a ServerHello without one does not', () => {
    expect(ladderOf(stamped([message('received', 'server_hello')])).forwardSecrecy.holds).toBe(false);
    expect(ladderOf(stamped([message('sent', 'client_hello')])).forwardSecrecy.holds).toBeUndefined();
  });

  test('alerts stand in it', () => {
    const alert = { kind: 'alert', direction: 'received', level: 'initial', severity: 2, code: 40 } as const;
    const { rungs } = ladderOf(stamped([alert, { ...alert, name: 'handshake_failure' }]));
    expect(rungs.map(({ name, size }) => [name, size])).toEqual([
      ['alert 40', 2],
      ['alert handshake_failure', 2],
    ]);
  });
});

describe('ladderLines', () => {
  test('times count from the first event', () => {
    const text = toPlainText(ladderLines(handshake, { fields: false }));
    expect(text).toMatch(/^ {6}0\.0 ms {2}→ {2}client_hello +4 B {2}in clear/);
    expect(text).toMatch(/encrypted handshake keys/);
    expect(text).toMatch(/forward secret: yes/);
  });

  test('every byte of a field is shown, sixteen in a row', () => {
    const bytes = Uint8Array.from({ length: 20 }, (_, index) => index);
    const fields = [{ name: 'random', span: { start: 0, end: 20 } }];
    const event: TlsEvent = { ...message('sent', 'client_hello'), bytes, fields };
    const text = toPlainText(ladderLines(stamped([event]), { fields: true }));
    expect(text.match(/\b[0-9a-f]{2}(?: [0-9a-f]{2}){3,}/g)).toEqual([
      '00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f',
      '10 11 12 13',
    ]);
  });
});
