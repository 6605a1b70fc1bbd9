/** Bounds on what a peer that knows the keys can make an end do, each taken at its limit and beyond it. */
import { describe, expect, it } from 'vitest';
import { concat, EMPTY } from '../../src/bytes/index.ts';
import type { TlsConnection, TlsEvent } from '../../src/tls/index.ts';
import {
  MAX_BUFFERED_INPUT,
  MAX_CHANGE_CIPHER_SPECS,
  MAX_EMPTY_RECORDS,
  MAX_KEY_UPDATES,
  MAX_SKIPPED_EARLY_DATA,
  MAX_WARNING_ALERTS,
} from '../../src/tls/record/limits.ts';
import { settle } from '../support/engines.ts';
import { ALERT, CCS, connected, DATA, ends, HANDSHAKE, record, records, type Sealer } from './forge.ts';
import { encodedHello, makeOffer, replacing } from './hellos.ts';

const ONE = Uint8Array.of(1);
const USER_CANCELED = Uint8Array.of(1, 90);
const limited = { code: 'LIMIT_EXCEEDED', alert: 'unexpected_message', fault: 'peer' };

type Step = (sealer: Sealer) => Uint8Array;
const times = (count: number, step: Step): Step[] => Array.from({ length: count }, () => step);
const update: Step = (sealer) => sealer.keyUpdate();
const requested: Step = (sealer) => sealer.keyUpdate(true);
const empty: Step = (sealer) => sealer.seal(DATA, EMPTY);
const canceled: Step = (sealer) => sealer.seal(ALERT, USER_CANCELED);
const data: Step = (sealer) => sealer.seal(DATA, ONE);

/** Sends steps to a connected end as its peer. */
function play(to: 'client' | 'server', steps: readonly Step[]): TlsConnection {
  const pair = connected();
  const sealer = to === 'server' ? pair.asClient : pair.asServer;
  for (const step of steps) pair[to].receive(step(sealer));
  return pair[to];
}

describe.each(['client', 'server'] as const)('a connected %s', (to) => {
  it.each<[string, Step[], Step]>([
    ['KeyUpdates', times(MAX_KEY_UPDATES, update), update],
    ['KeyUpdates that ask', times(MAX_KEY_UPDATES, requested), requested],
    ['KeyUpdates with empty records between', times(MAX_KEY_UPDATES, update).flatMap((one) => [one, empty]), update],
    ['empty records', times(MAX_EMPTY_RECORDS, empty), empty],
    ['empty records with KeyUpdates between', times(MAX_EMPTY_RECORDS, empty).flatMap((one) => [one, update]), empty],
    ['user_canceled', times(MAX_WARNING_ALERTS, canceled), canceled],
    ['user_canceled with data between', times(MAX_WARNING_ALERTS, canceled).flatMap((one) => [one, data]), canceled],
  ])('bears %s to a limit', (_, steps, last) => {
    expect(play(to, steps).error).toBeUndefined();
    expect(play(to, [...steps, last]).error).toMatchObject(limited);
  });

  it('counts KeyUpdates and empty records afresh after data', () => {
    const steps = [...times(MAX_KEY_UPDATES, update), ...times(MAX_EMPTY_RECORDS, empty), data];
    expect(play(to, [...steps, ...steps]).error).toBeUndefined();
  });

  it('answers any number of requests for new keys with one KeyUpdate, and only with data', () => {
    const rounds = times(10, requested).flatMap(() => [...times(MAX_KEY_UPDATES, requested), data]);
    const engine = play(to, rounds);
    expect([engine.error, engine.takeData().length]).toEqual([undefined, 10]);
    expect(engine.takeOutput()).toEqual([]);
    engine.write(ONE);
    expect(records(concat(engine.takeOutput())).length).toBe(2);
  });
});

describe('during the handshake', () => {
  const half = () => {
    const { client, server } = ends();
    server.receive(concat(client.takeOutput()));
    return { client, flight: records(concat(server.takeOutput())), server };
  };

  it('change_cipher_spec has a limit, however it is spread', () => {
    const ccs = record(CCS, ONE);
    const { client, flight } = half();
    for (let i = 0; i < MAX_CHANGE_CIPHER_SPECS; i++) client.receive(ccs);
    expect(client.error).toBeUndefined();
    for (const part of flight.filter((bytes) => bytes[0] !== CCS)) client.receive(part);
    settle(client);
    expect([client.error, client.handshakeComplete]).toEqual([undefined, true]);
    const other = half();
    for (let i = 0; i <= MAX_CHANGE_CIPHER_SPECS; i++) other.client.receive(ccs);
    expect(other.client.error).toMatchObject(limited);
  });

  it('user_canceled has a limit in plaintext too', () => {
    const { client } = half();
    const alert = record(ALERT, USER_CANCELED);
    for (let i = 0; i < MAX_WARNING_ALERTS; i++) client.receive(alert);
    expect(client.error).toBeUndefined();
    client.receive(alert);
    expect(client.error).toMatchObject(limited);
  });

  it('a waiting request holds so many bytes and no more', () => {
    for (const more of [0, 1]) {
      const { client, flight } = half();
      client.receive(concat(flight));
      expect(client.request?.name).toBe('peer_key');
      const room = MAX_BUFFERED_INPUT - client.bufferedInput + more;
      for (let sent = 0; sent < room; sent += 4096) client.receive(new Uint8Array(Math.min(4096, room - sent)));
      const error = { code: 'LIMIT_EXCEEDED', alert: 'internal_error', fault: 'local' };
      if (more === 0) expect(client.error).toBeUndefined();
      else expect(client.error).toMatchObject(error);
    }
  });

  it.each([
    ['a ClientHello', 'server', 1, 65_536],
    ['a ServerHello', 'client', 2, 65_536],
  ] as const)('%s may not announce more than its limit', (_, to, type, limit) => {
    const { client, server } = ends();
    const engine = { client, server }[to];
    const header = (length: number) => Uint8Array.of(type, length >> 16, (length >> 8) & 0xff, length & 0xff);
    engine.receive(record(HANDSHAKE, header(limit + 1)));
    expect(engine.error).toMatchObject({ code: 'LIMIT_EXCEEDED', fault: 'peer' });
    expect(engine.handshakeComplete).toBe(false);
  });

  it('early data is skipped to a limit that its records share', () => {
    const offer = makeOffer({ cipherSuites: ['TLS_AES_128_GCM_SHA256'] });
    const hello = encodedHello(
      (fields) => ({ ...fields, extensions: replacing(fields.extensions, { id: 42, data: EMPTY }) }),
      offer,
    );
    const junk = (length: number) => record(DATA, new Uint8Array(length).fill(7));
    const { server } = ends();
    server.receive(record(HANDSHAKE, hello));
    for (let i = 0; i < 4; i++) server.receive(junk(MAX_SKIPPED_EARLY_DATA / 4 + 17));
    expect(server.error).toBeUndefined();
    server.receive(junk(0));
    expect(server.error).toMatchObject(limited);
  });
});

describe('record_size_limit on the wire', () => {
  /** Lengths of the protected records that an end sends with 5,000 bytes of data, after the handshake. */
  const lengths = (engine: TlsConnection) => {
    engine.write(new Uint8Array(5000));
    return records(concat(engine.takeOutput())).map((bytes) => bytes.length - 5 - 16);
  };

  it.each([
    ['both', { recordSizeLimit: 300 }, { recordSizeLimit: 700 }, 700, 300],
    ['only the client', { recordSizeLimit: 300 }, {}, 5001, 300],
    ['only the server', {}, { recordSizeLimit: 700 }, 5001, 5001],
  ])('is kept by who was told: %s', (_, client, server, fromClient, fromServer) => {
    const pair = connected(client, server);
    expect(Math.max(...lengths(pair.client))).toBe(fromClient);
    expect(Math.max(...lengths(pair.server))).toBe(fromServer);
  });

  it('binds padding too, and a peer that goes beyond', () => {
    const events: TlsEvent[] = [];
    const limit = { recordSizeLimit: 100 };
    const pair = connected({ ...limit, padTo: 64, trace: (event) => events.push(event) }, limit);
    pair.client.write(new Uint8Array(90));
    expect(records(concat(pair.client.takeOutput())).map((bytes) => bytes.length)).toEqual([100 + 16 + 5]);
    expect(events.length).toBeGreaterThan(0);
    pair.client.receive(pair.asServer.seal(DATA, ONE, 98));
    expect(pair.client.error).toBeUndefined();
    pair.client.receive(pair.asServer.seal(DATA, ONE, 99));
    expect(pair.client.error).toMatchObject({ code: 'RECORD_OVERFLOW', alert: 'record_overflow' });
  });
});
