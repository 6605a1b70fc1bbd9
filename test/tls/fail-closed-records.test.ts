/**
 * The invariant of fail-closed.test.ts over records, in every flight from the ClientHello to close_notify, while both
 * ends send data as early as they may: a receiver takes what came before the change, fails, and is dead from then on.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/bytes/index.ts';
import { type Request, TlsConnection, TlsError, type TlsEvent } from '../../src/tls/index.ts';
import { settle } from '../support/engines.ts';
import { CCS, records } from './forge.ts';
import { clientConfig, SCENARIOS, type Scenario, serverConfig } from './scenarios.ts';

/** Changes the records of one flight; `own` are those that the receiver sent before. */
type Mutation = (all: readonly Uint8Array[], own: readonly Uint8Array[]) => readonly Uint8Array[];

/** One end with all that a test wants to know of it. */
interface End {
  readonly engine: TlsConnection;
  readonly events: TlsEvent[];
  readonly sent: Uint8Array[];
  readonly data: Uint8Array[];
  greeting: Uint8Array | undefined;
  lastRequest: Request | undefined;
}

/** What a receiver has at one moment. */
interface Standing {
  readonly data: Uint8Array;
  readonly complete: boolean;
  readonly readClosed: boolean;
}

/** Record number `record` of flight `flight`, and its receiver before and after it. */
interface Step {
  readonly flight: number;
  readonly record: number;
  readonly bytes: Uint8Array;
  readonly before: Standing;
  readonly after: Standing;
}

function standing({ engine, data }: End): Standing {
  return { data: concat(data), complete: engine.handshakeComplete, readClosed: engine.readClosed };
}

function makeEnd(make: (trace: (event: TlsEvent) => void) => TlsConnection, greeting: string): End {
  const events: TlsEvent[] = [];
  const engine = make((event) => events.push(event));
  return { engine, events, sent: [], data: [], greeting: Buffer.from(greeting), lastRequest: undefined };
}

function feed(end: End, bytes: Uint8Array): void {
  const { engine } = end;
  engine.receive(Uint8Array.from(bytes));
  end.lastRequest = engine.request ?? end.lastRequest;
  settle(engine);
  end.data.push(...engine.takeData());
  if (end.greeting !== undefined && engine.writable) {
    engine.write(end.greeting);
    end.greeting = undefined;
  }
}

function run(scenario: Scenario, flight: number, mutate: Mutation) {
  const client = makeEnd((trace) => TlsConnection.client(clientConfig({ ...scenario.client, trace })), 'early client');
  const server = makeEnd((trace) => TlsConnection.server(serverConfig({ ...scenario.server, trace })), 'early server');
  const steps: Step[] = [];
  let number = 0;
  let hit: { readonly receiver: End; readonly original: readonly Uint8Array[] } | undefined;
  const carry = (from: End, to: End) => {
    const all = records(concat(from.engine.takeOutput()));
    if (all.length === 0) return;
    const mine = number++ === flight;
    if (mine) hit = { receiver: to, original: all };
    for (const [record, bytes] of (mine ? mutate(all, to.sent) : all).entries()) {
      const before = standing(to);
      feed(to, bytes);
      steps.push({ flight: number - 1, record, bytes, before, after: standing(to) });
    }
    from.sent.push(...all);
  };
  const say = ({ engine }: End, act: (engine: TlsConnection) => void) => {
    if (engine.writable) act(engine);
  };
  for (let turn = 0; turn < 3; turn++) {
    carry(client, server);
    carry(server, client);
  }
  say(client, (engine) => {
    engine.write(Buffer.from('one'));
    engine.updateKeys(true);
    engine.write(Buffer.from('two'));
  });
  carry(client, server);
  say(server, (engine) => engine.write(Buffer.from('under new keys')));
  carry(server, client);
  say(client, (engine) => {
    engine.write(Buffer.from('last words'));
    engine.close();
  });
  carry(client, server);
  say(server, (engine) => {
    engine.write(Buffer.from('half-closed'));
    engine.close();
  });
  carry(server, client);
  client.engine.receiveEnd();
  server.engine.receiveEnd();
  for (const end of [client, server]) end.sent.push(...records(concat(end.engine.takeOutput())));
  return { client, server, steps, hit };
}

/** Alert records among what an end put on the wire. */
function alertsOf({ events, sent }: End): number {
  const written = events.filter((event) => event.kind === 'record').filter(({ direction }) => direction === 'sent');
  // What waited when a fatal alert came never went out; of all else there is a record for each event.
  const onWire = written.filter((_, i) => i < sent.length);
  expect(onWire.map(({ span }) => span.end - span.start)).toEqual(sent.map((bytes) => bytes.length));
  return onWire.filter(({ innerType, contentType }) => (innerType ?? contentType) === 'alert').length;
}

/** A failed end takes nothing, gives nothing and asks nothing. */
function expectDead({ engine, lastRequest }: End, more: readonly Uint8Array[]): void {
  for (const bytes of more) engine.receive(Uint8Array.from(bytes));
  if (lastRequest?.name === 'verdict') engine.answer(lastRequest, { accepted: true });
  engine.receive(Uint8Array.of(21, 3, 3, 0, 2, 1, 0));
  engine.receiveEnd();
  engine.close();
  engine.abort('internal_error', 'again');
  expect([engine.takeOutput(), engine.takeData(), engine.request]).toEqual([[], [], undefined]);
  expect([engine.writable, engine.readClosed, engine.writeClosed]).toEqual([false, true, true]);
  expect(() => engine.write(Uint8Array.of(1))).toThrow(TlsError);
  expect(() => engine.updateKeys()).toThrow(TlsError);
}

/** Checks a run that changes flight number `flight`, whose receiver can get no further than `reached`. */
function check(scenario: Scenario, flight: number, mutate: Mutation, reached: Standing): void {
  const { client, server, hit } = run(scenario, flight, mutate);
  if (hit === undefined) throw new Error(`there is no flight ${flight}`);
  const { receiver, original } = hit;
  expect(receiver.engine.error).toBeInstanceOf(TlsError);
  expect(receiver.engine.error?.code).not.toBe('INTERNAL');
  if (!reached.complete) expect(receiver.engine.handshakeComplete).toBe(false);
  expect(Buffer.from(concat(receiver.data)).toString()).toBe(Buffer.from(reached.data).toString());
  for (const end of [client, server]) {
    expect(alertsOf(end)).toBeLessThanOrEqual(1 + (end === receiver ? 0 : closeNotifies(end)));
  }
  expectDead(receiver, original);
}

/** close_notify is an alert too: the peer of a failed receiver may have said goodbye before it learned. */
function closeNotifies({ events }: End): number {
  return events.some((event) => event.kind === 'alert' && event.direction === 'sent' && event.code === 0) ? 1 : 0;
}

const whole: Mutation = (all) => all;

/** Changes that need not know what is in a record; each begins at record `at`. */
const MUTATIONS: Record<string, (at: number) => Mutation> = {
  dropped: (at) => (all) => all.filter((_, i) => i !== at),
  // One byte alone would be made up for by the next record's first, once in 256 times.
  'cut short': (at) => (all) => all.map((bytes, i) => (i === at ? bytes.subarray(0, bytes.length - 8) : bytes)),
  'swapped with the next': (at) => (all) => {
    const next = all.findIndex((bytes, i) => i > at && bytes[0] !== CCS);
    if (next < 0) return all.filter((_, i) => i !== at);
    return all.map((bytes, i) => (i === at ? all[next] : i === next ? all[at] : bytes) ?? bytes);
  },
  'preceded by one of the receiver': (at) => (all, own) => {
    const reflected = own.filter((bytes) => bytes[0] !== CCS).at(-1) ?? Uint8Array.of(23, 3, 3, 0, 1, 0);
    return all.flatMap((bytes, i) => (i === at ? [reflected, bytes] : [bytes]));
  },
};

describe.each(SCENARIOS)('records that are changed: $name', (scenario) => {
  const { client, server, steps } = run(scenario, -1, whole);
  const targets = steps.filter(({ bytes }) => bytes[0] !== CCS);

  it('is a whole conversation when nothing is changed', () => {
    expect([client.engine.error, server.engine.error]).toEqual([undefined, undefined]);
    expect(Buffer.concat(server.data).toString()).toBe('early clientonetwolast words');
    expect(Buffer.concat(client.data).toString()).toBe('early serverunder new keyshalf-closed');
    expect([alertsOf(client), alertsOf(server)]).toEqual([1, 1]);
    expect(targets.length).toBeGreaterThan(13);
    expect(targets.some(({ before }) => before.complete)).toBe(true);
  });

  it.each(Object.entries(MUTATIONS))('%s', (_, mutate) => {
    for (const { flight, record, before } of targets) check(scenario, flight, mutate(record), before);
    expect.hasAssertions();
  });

  it('replayed', () => {
    const replay =
      (at: number): Mutation =>
      (all) =>
        all.flatMap((bytes, i) => (i === at ? [bytes, bytes] : [bytes]));
    for (const { flight, record, after } of targets) {
      if (!after.readClosed) check(scenario, flight, replay(record), after);
      // Nothing is read behind a close_notify, so nothing behind it is wrong.
      else expect(run(scenario, flight, replay(record)).hit?.receiver.engine.error).toBeUndefined();
    }
    expect.hasAssertions();
  });

  it('in any byte', () => {
    fc.assert(
      fc.property(fc.constantFrom(...targets), fc.nat(), fc.integer({ min: 1, max: 255 }), (step, position, flip) => {
        const mutate: Mutation = (all) =>
          all.map((bytes, i) =>
            i === step.record ? bytes.map((byte, at) => (at === position % bytes.length ? byte ^ flip : byte)) : bytes,
          );
        // The minor version in a plaintext header is all that nothing authenticates (RFC 8446 section 5.1).
        const harmless = step.bytes[0] !== 23 && position % step.bytes.length === 2;
        if (harmless) expect(run(scenario, step.flight, mutate).hit?.receiver.engine.error).toBeUndefined();
        else check(scenario, step.flight, mutate, step.before);
      }),
      { numRuns: 250 },
    );
    expect.hasAssertions();
  });

  it('takes a compatibility change_cipher_spec and another minor version (RFC 8446 sections 5 and 5.1)', () => {
    const ccs = Uint8Array.of(20, 3, 3, 0, 1, 1);
    for (const flight of new Set(targets.filter(({ before }) => !before.complete).map((step) => step.flight))) {
      if (flight === 0) continue;
      const { hit } = run(scenario, flight, (all) => [ccs, ...all]);
      expect(hit?.receiver.engine.handshakeComplete, `flight ${flight}`).toBe(true);
    }
    const { hit } = run(scenario, 0, (all) => all.map((bytes) => bytes.map((byte, i) => (i === 2 ? 4 : byte))));
    expect(hit?.receiver.engine.handshakeComplete).toBe(true);
  });
});
