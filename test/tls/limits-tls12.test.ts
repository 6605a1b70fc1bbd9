/** Bounds on what a peer that knows the keys of TLS 1.2 can make an end do, each taken at its limit and beyond it. */
import { describe, expect, it } from 'vitest';
import { concat, EMPTY } from '../../src/bytes/index.ts';
import type { TlsConnection } from '../../src/tls/index.ts';
import { encodeHelloRequest } from '../../src/tls/messages/tls12/hello-request.ts';
import { MAX_EMPTY_RECORDS, MAX_RENEGOTIATIONS, MAX_WARNING_ALERTS } from '../../src/tls/record/limits.ts';
import { ALERT, CCS, DATA, HANDSHAKE, record, records } from './forge.ts';
import { connectedTls12, type Tls12Sealer } from './forge-tls12.ts';
import { encodedHello } from './hellos.ts';

type Step = (sealer: Tls12Sealer) => readonly Uint8Array[];

const times = (count: number, step: Step): Step[] => Array.from({ length: count }, () => step);
const empty: Step = (sealer) => [sealer.seal(DATA, EMPTY)];
const data: Step = (sealer) => [sealer.seal(DATA, Uint8Array.of(1))];
const warning: Step = (sealer) => [sealer.seal(ALERT, Uint8Array.of(1, 100))];
const canceled: Step = (sealer) => [sealer.seal(ALERT, Uint8Array.of(1, 90))];
const bytewise =
  (message: Uint8Array): Step =>
  (sealer) =>
    Array.from(message, (byte) => sealer.seal(HANDSHAKE, Uint8Array.of(byte)));

function play(to: 'client' | 'server', steps: readonly Step[]): TlsConnection {
  const pair = connectedTls12();
  const sealer = to === 'server' ? pair.asClient : pair.asServer;
  for (const step of steps) for (const bytes of step(sealer)) pair[to].receive(bytes);
  return pair[to];
}

describe.each(['client', 'server'] as const)('a connected %s of TLS 1.2', (to) => {
  it.each<[string, Step[], Step]>([
    ['warnings', times(MAX_WARNING_ALERTS, warning), warning],
    ['warnings of several kinds', times(MAX_WARNING_ALERTS / 2, warning).flatMap((one) => [one, canceled]), warning],
    ['warnings with data between', times(MAX_WARNING_ALERTS, warning).flatMap((one) => [one, data]), warning],
    ['empty records', times(MAX_EMPTY_RECORDS, empty), empty],
  ])('bears %s to a limit', (_, steps, last) => {
    expect(play(to, steps).error).toBeUndefined();
    expect(play(to, [...steps, last]).error).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      alert: 'unexpected_message',
      fault: 'peer',
    });
  });

  it('counts empty records afresh after data', () => {
    const steps = [...times(MAX_EMPTY_RECORDS, empty), data];
    expect(play(to, [...steps, ...steps]).error).toBeUndefined();
  });

  it('refuses wishes to renegotiate to a limit, in fragments of a byte, and queues no more answers than that', () => {
    const wish = bytewise(to === 'client' ? encodeHelloRequest() : encodedHello((hello) => hello));
    const patient = play(to, [...times(MAX_RENEGOTIATIONS, wish), data]);
    expect([patient.error, patient.takeData().length]).toEqual([undefined, 1]);
    expect(records(concat(patient.takeOutput())).length).toBe(MAX_RENEGOTIATIONS);
    expect(play(to, times(MAX_RENEGOTIATIONS + 1, wish)).error).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      alert: 'no_renegotiation',
    });
  });

  it.each([
    ['change_cipher_spec', CCS, Uint8Array.of(1)],
    ['a record in clear', DATA, Uint8Array.of(1)],
  ])('bears no %s', (_, type, content) => {
    const pair = connectedTls12();
    pair[to].receive(record(type, content));
    expect(pair[to].error).toMatchObject({
      fault: 'peer',
      alert: expect.stringMatching(/unexpected_message|bad_record_mac/),
    });
  });

  it('bears no empty fragment', () => {
    expect(play(to, [(sealer) => [sealer.seal(HANDSHAKE, EMPTY)]]).error).toMatchObject({ code: 'UNEXPECTED_RECORD' });
  });
});
