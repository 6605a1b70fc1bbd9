/** Peers that take their time: the handshake has one limit, however its bytes come. */
import { once } from 'node:events';
import { Duplex, Transform, type TransformCallback } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connect, createSecureContext, type SecureContext, TLSSocket } from '../../src/node/index.ts';
import { testCa } from '../support/pki.ts';
import { duplexPair, errorOf } from '../support/sockets.ts';

type Version = 'TLSv1.3' | 'TLSv1.2';
type Side = 'client' | 'server';
type Pass = (chunk: Buffer, flight: number) => Buffer | Promise<Buffer>;

/** Milliseconds. */
const TIMEOUT = 150;

const contexts = new Map<string, SecureContext>();
const open: Duplex[] = [];

beforeAll(() => {
  const ca = testCa();
  const server = ca.issue();
  const client = ca.issue({ purposes: ['clientAuth'] });
  for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
    const only = { ca: ca.cert, minVersion: version, maxVersion: version };
    contexts.set(`client ${version}`, createSecureContext({ ...only, ...client }));
    contexts.set(`server ${version}`, createSecureContext({ ...only, ...server }));
  }
});

afterEach(() => {
  for (const stream of open.splice(0)) stream.destroy();
});

/** Changes how the flights of one side go on: a chunk is a flight, as each leaves in one write. */
class Bend extends Transform {
  readonly lengths: number[] = [];
  readonly #pass: Pass;

  constructor(pass: Pass) {
    super();
    this.#pass = pass;
  }

  override async _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): Promise<void> {
    this.lengths.push(chunk.length);
    done(null, await this.#pass(chunk, this.lengths.length - 1));
  }
}

/** Both ends; what `victim`'s peer sends goes through a bend. Client certificates make the most steps there are. */
function ends(victim: Side, version: Version, pass: Pass, handshakeTimeout = TIMEOUT) {
  const [a, b] = duplexPair();
  const bend = new Bend(pass);
  const bent = Duplex.from({
    readable: (victim === 'client' ? a : b).pipe(bend),
    writable: victim === 'client' ? a : b,
  });
  const below = { client: victim === 'client' ? bent : a, server: victim === 'server' ? bent : b };
  const timeoutOf = (side: Side) => ({ handshakeTimeout: side === victim ? handshakeTimeout : 0 });
  const of = (side: Side) => ({ secureContext: contexts.get(`${side} ${version}`), ...timeoutOf(side) });
  const server = new TLSSocket(below.server, { isServer: true, requestCert: true, ...of('server') });
  const client = connect({ socket: below.client, host: 'localhost', ...of('client') });
  for (const stream of [a, b, bent, client, server]) open.push(stream.on('error', () => undefined));
  return { client, server, bend, transport: below[victim] };
}

/** How much of a flight comes. */
const PARTS: Readonly<Record<string, (length: number) => number>> = {
  nothing: () => 0,
  'a part of the first header': () => 3,
  half: (length) => Math.floor(length / 2),
  'all but a byte': (length) => length - 1,
};

describe.each([
  ['client', 'TLSv1.3', 1],
  ['client', 'TLSv1.2', 2],
  ['server', 'TLSv1.3', 2],
  ['server', 'TLSv1.2', 2],
] as const)('a %s of %s', (victim, version, count) => {
  test('gives up a peer that stalls, at whatever step', async () => {
    // Of the bytes of a flight; a signature is not always as long.
    for (const [name, part] of Object.entries(PARTS)) {
      for (let flight = 0; flight < count; flight++) {
        const stalled = ends(victim, version, (chunk, index) =>
          index < flight ? chunk : chunk.subarray(0, index === flight ? part(chunk.length) : 0),
        );
        const where = `${name} of flight ${flight}`;
        expect(await errorOf(stalled[victim]), where).toMatchObject({ code: 'ERR_TLS_HANDSHAKE_TIMEOUT' });
        expect([stalled.transport.destroyed, stalled[victim].secureConnecting], where).toEqual([true, true]);
      }
    }
  });

  test('gives up a peer that trickles: no byte puts the end off', async () => {
    let passed = 0;
    const { bend, ...trickled } = ends(victim, version, async (chunk) => {
      for (const byte of chunk) {
        await sleep(TIMEOUT / 10);
        if (!bend.destroyed) bend.push(Buffer.from([byte]));
        passed++;
        if (trickled[victim].destroyed) break;
      }
      return Buffer.alloc(0);
    });
    expect(await errorOf(trickled[victim])).toMatchObject({ code: 'ERR_TLS_HANDSHAKE_TIMEOUT' });
    expect(passed).toBeGreaterThan(1);
    expect(passed).toBeLessThan(bend.lengths[0] ?? 0);
  });

  test('has no clock over it once the handshake is done', async () => {
    const done = ends(victim, version, (chunk) => chunk, 2 * TIMEOUT);
    await Promise.all([once(done.client, 'secureConnect'), once(done.server, 'secure')]);
    await sleep(3 * TIMEOUT);
    done.server.write('still here');
    expect((await once(done.client, 'data'))[0].toString()).toBe('still here');
  });
});
