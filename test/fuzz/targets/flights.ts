/**
 * Whatever is done to a flight before its protection, the engine that receives it throws nothing, fails with a TlsError
 * of the peer's making, sends at most one alert and then nothing, becomes secure only by the handshake messages that
 * were sent, and delivers no data but the peer's, in order.
 */
import { concat, toHex, toLatin1 } from '../../../src/bytes/index.ts';
import { type TlsConnection, TlsError, type TlsEvent } from '../../../src/tls/index.ts';
import { CONTENT_TYPES } from '../../../src/tls/record/content-type.ts';
import { keyOfLeaf } from '../../support/credentials.ts';
import { decodeFlight, encodeFlight, flightVectors, type Unit } from '../flight.ts';
import { type Mutation, mutateBytes, mutateVector } from '../mutate.ts';
import type { Random } from '../random.ts';
import { handshakeStream, type Recorded, record, SCENARIOS, type Scenario } from '../recorded.ts';
import { must, type Target } from '../target.ts';
import { checkFields } from './messages.ts';

/** What a peer may put anywhere. */
const STRANGERS: readonly Omit<Unit, 'keys'>[] = [
  { type: CONTENT_TYPES.change_cipher_spec, padding: 0, content: Uint8Array.of(1) },
  { type: CONTENT_TYPES.change_cipher_spec, padding: 0, content: Uint8Array.of(2) },
  { type: CONTENT_TYPES.alert, padding: 0, content: Uint8Array.of(1, 0) },
  { type: CONTENT_TYPES.alert, padding: 0, content: Uint8Array.of(1, 90) },
  { type: CONTENT_TYPES.alert, padding: 0, content: Uint8Array.of(2, 40) },
  { type: CONTENT_TYPES.alert, padding: 0, content: Uint8Array.of(2) },
  { type: CONTENT_TYPES.application_data, padding: 0, content: new Uint8Array(0) },
  { type: CONTENT_TYPES.application_data, padding: 3, content: Uint8Array.of(7) },
  { type: CONTENT_TYPES.handshake, padding: 0, content: new Uint8Array(0) },
  { type: CONTENT_TYPES.handshake, padding: 0, content: Uint8Array.of(0, 0, 0, 0) },
  { type: CONTENT_TYPES.handshake, padding: 0, content: Uint8Array.of(24, 0, 0, 1, 1) },
  { type: CONTENT_TYPES.handshake, padding: 0, content: Uint8Array.of(11, 0xff, 0xff, 0xff) },
  { type: CONTENT_TYPES.handshake, padding: 0, content: Uint8Array.of(5, 0, 0, 0) },
  { type: 0, padding: 255, content: new Uint8Array(0) },
  { type: 24, padding: 0, content: Uint8Array.of(1, 0, 0) },
];

type UnitsMutation = (random: Random, units: Unit[], at: number) => void;

const UNIT_MUTATIONS: readonly UnitsMutation[] = [
  (_, units, at) => units.splice(at, 1),
  (random, units, at) => units.splice(random.below(units.length + 1), 0, ...units.slice(at, at + 1)),
  (random, units, at) => units.splice(random.below(units.length), 0, ...units.splice(at, 1)),
  (random, units, at) => units.splice(at, 0, { ...random.pick(STRANGERS), keys: random.below(4) }),
  (random, units, at) => change(units, at, { keys: random.below(4) }),
  (random, units, at) => change(units, at, { type: random.oneIn(2) ? 20 + random.below(5) : random.below(256) }),
  (random, units, at) => change(units, at, { padding: random.below(256) }),
  (random, units, at) => {
    const unit = units[at];
    if (unit === undefined) return;
    const cut = random.below(unit.content.length + 1);
    units.splice(
      at,
      1,
      { ...unit, content: unit.content.subarray(0, cut) },
      { ...unit, content: unit.content.subarray(cut) },
    );
  },
  (_, units, at) => {
    const [first, second] = units.slice(at, at + 2);
    if (first === undefined || second === undefined) return;
    units.splice(at, 2, { ...first, content: concat([first.content, second.content]) });
  },
];

function change(units: Unit[], at: number, what: Partial<Unit>): void {
  const unit = units[at];
  if (unit !== undefined) units[at] = { ...unit, ...what };
}

const mutateUnits: Mutation = (random, input) => {
  const { units: read, chunk, traced } = decodeFlight(input);
  const units = [...read];
  random.pick(UNIT_MUTATIONS)(random, units, random.below(units.length));
  return encodeFlight(
    random.oneIn(4) ? { chunk: random.below(128), traced: random.oneIn(2) } : { chunk, traced },
    units,
  );
};

const mutateMessages: Mutation = (random, input) => mutateVector(random, input, flightVectors(input));

/** What an engine did with a flight. */
class Trial {
  readonly engine: TlsConnection;
  data = '';
  #alerts = 0;

  constructor({ engine }: Recorded, traced: boolean) {
    this.engine = engine(traced ? (event) => this.#trace(event) : undefined);
    this.engine.takeOutput();
  }

  receive(bytes: Uint8Array): void {
    const { engine } = this;
    engine.receive(bytes);
    this.#settle();
    const data = engine.takeData();
    must(data.length === 0 || engine.handshakeComplete, 'data before the handshake is complete');
    for (const part of data) this.data += toLatin1(part);
    engine.takeOutput();
  }

  /** The transport ends, and whoever goes on all the same hears nothing. */
  end(): void {
    const { engine } = this;
    engine.receiveEnd();
    this.#settle();
    engine.takeOutput();
    const { error } = engine;
    must(engine.readClosed, 'still open after the end');
    engine.receive(Uint8Array.of(22, 3, 3, 0, 1, 0));
    must(engine.error === error && engine.request === undefined, 'something was processed after the end');
    if (error !== undefined) {
      must(!engine.writable && engine.takeOutput().length === 0 && engine.takeData().length === 0, 'not terminal');
      must(error instanceof TlsError && error.code !== 'INTERNAL', `${error.code}: ${error.message}`);
      // `local`: the peer's own alert, which says that it found fault with us.
      must(error.fault !== 'local' || error.code === 'ALERT_RECEIVED', `${error.code} is called our fault`);
    }
    must(this.#alerts <= 1, `${this.#alerts} alerts were sent`);
  }

  #settle(): void {
    const { engine } = this;
    for (let { request } = engine; request !== undefined; { request } = engine) {
      if (request.name === 'verdict') engine.answer(request, { accepted: true });
      else if (request.name === 'peer_key') engine.answer(request, keyOfLeaf(request.question.leaf));
      else must(false, `unexpected request ${request.name}`);
    }
  }

  #trace(event: TlsEvent): void {
    if (event.kind === 'alert' && event.direction === 'sent') this.#alerts++;
    if (event.kind === 'message') checkFields(event.fields, { start: 0, end: event.bytes.length });
  }
}

function check(recorded: Recorded, expected: ReturnType<typeof handshakeStream>, input: Uint8Array): string {
  const { chunk, traced, units } = decodeFlight(input);
  const stream = concat(recorded.sealer.seal(units));
  const trial = new Trial(recorded, traced);
  const size = chunk === 0 ? stream.length || 1 : chunk;
  for (let at = 0; at < stream.length && !trial.engine.readClosed; at += size) {
    trial.receive(stream.subarray(at, at + size));
  }
  trial.end();
  if (trial.engine.handshakeComplete) {
    const sent = handshakeStream(units);
    const same = expected.every(({ keys, bytes }, i) => sent[i]?.keys === keys && sent[i]?.bytes.startsWith(bytes));
    must(same, `secure by other messages: ${sent.map(({ keys, bytes }) => `${keys} ${bytes}`).join(', ')}`);
  }
  const data = units.filter(({ keys, type }) => keys >= 2 && type === CONTENT_TYPES.application_data);
  const all = toLatin1(concat(data.map(({ content }) => content)));
  must(all.startsWith(trial.data), `data that nobody sent: ${toHex(new TextEncoder().encode(trial.data))}`);
  const { handshakeComplete, error } = trial.engine;
  const where = error?.evidence?.messageType ?? '';
  return `${handshakeComplete ? 'secure, ' : ''}${error === undefined ? 'closed' : `${error.code} ${where} ${error.spec}`}`;
}

function target(scenario: Scenario, role: 'client' | 'server'): Target {
  let made: { readonly recorded: Recorded; readonly expected: ReturnType<typeof handshakeStream> } | undefined;
  const get = () => {
    if (made === undefined) {
      const recorded = record(scenario)[role];
      // What comes after the handshake may be anything: only what led to it is compared.
      const expected = handshakeStream(recorded.units.filter(({ keys }) => keys < 2));
      made = { recorded, expected };
    }
    return made;
  };
  return {
    name: `flights-${role}-${scenario.name}`,
    runs: 16_700,
    seeds: () =>
      [0, 1, 100].flatMap((chunk) =>
        [true, false].map((traced) => encodeFlight({ chunk, traced }, get().recorded.units)),
      ),
    mutations: [mutateUnits, mutateMessages, mutateMessages, mutateBytes],
    check: (input) => check(get().recorded, get().expected, input),
  };
}

/** Flights into a client engine and into a server engine. */
export const flights: readonly Target[] = SCENARIOS.flatMap((scenario) => [
  target(scenario, 'client'),
  target(scenario, 'server'),
]);
