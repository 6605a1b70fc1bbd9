import { describe, expect, it } from 'vitest';
import { concat, fromAscii, fromHex, toHex } from '../../src/bytes/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { TlsConnection } from '../../src/tls/index.ts';
import { emptyRecording, recordingCrypto, replayingCrypto } from '../support/replay.ts';
import { derVectors } from './der-structure.ts';
import { mutate, mutateBytes } from './mutate.ts';
import { Random } from './random.ts';
import { fuzz } from './run.ts';
import { fixedLength, type Vector, withContent } from './structure.ts';
import { must, type Target } from './target.ts';
import { targets } from './targets.ts';

/** Targets whose decoder takes whatever comes: nothing can be refused. */
const TAKES_ANYTHING = [
  'extension-session_ticket-client_hello',
  'extension-quic_transport_parameters-client_hello',
  'extension-quic_transport_parameters-encrypted_extensions',
];

describe('every target of npm run fuzz', () => {
  it.each(targets.map((target) => [target.name, target] as const))('%s holds for a few inputs', (name, target) => {
    const { failure, outcomes } = fuzz(target, 150, 'tests');
    expect(failure).toBeUndefined();
    expect(Object.keys(outcomes).length).toBeGreaterThan(TAKES_ANYTHING.includes(name) ? 0 : 1);
  });
});

describe('the fuzzer', () => {
  /** Breaks on two bytes in a row, anywhere. */
  const planted: Target = {
    name: 'planted',
    runs: 0,
    seeds: () => [fromAscii('a long input with nothing in it')],
    mutations: [mutateBytes],
    check(input) {
      must(!toHex(input).includes('ffff'), `at ${toHex(input).indexOf('ffff')}`);
      return 'ok';
    },
  };

  it('finds a planted fault, names it and makes it small', () => {
    const { failure, runs } = fuzz(planted, 50_000, 'seed');
    expect(failure).toMatchObject({ seed: 'seed', run: runs - 1, input: 'ffff' });
    expect(failure?.error).toMatch(/^Violation: at/);
    expect(fuzz(planted, 50_000, 'seed').failure).toEqual(failure);
    expect(fuzz(planted, 50_000, 'another').failure?.run).not.toBe(failure?.run);
  });

  it('calls what takes too long a failure', () => {
    const slow: Target = { ...planted, check: () => spin(300) };
    expect(fuzz(slow, 1, 'seed').failure?.error).toMatch(/more than/);
  });

  it('names an input before it tries it', () => {
    const seen: string[] = [];
    fuzz(planted, 3, 'seed', (input) => seen.push(toHex(input)));
    expect(seen[0]).toBe(toHex(planted.seeds()[0] ?? fromHex('')));
    expect(seen.length).toBe(3);
  });

  it('gives the same inputs for the same seed', () => {
    const inputs = (seed: string) => {
      const random = new Random(seed);
      return Array.from({ length: 50 }, () => toHex(mutate(random, fromHex('0003010203'), [], [mutateBytes])));
    };
    expect(inputs('1')).toEqual(inputs('1'));
    expect(inputs('1')).not.toEqual(inputs('2'));
  });
});

describe('a change inside a vector', () => {
  it('sets the lengths around it right', () => {
    const input = fromHex('05 0003 02 aabb 00'.replaceAll(' ', '')); // 5 bytes hold: 3 bytes hold: 2 bytes, then 00
    const vector = (lengthStart: number, start: number, end: number): Vector => ({
      ...{ lengthStart, start, end },
      encode: fixedLength(start - lengthStart),
    });
    const [outer, middle, inner] = [vector(0, 1, 6), vector(1, 3, 6), vector(3, 4, 6)] as const;
    const changed = withContent(input, [outer, middle, inner], inner, fromHex('01020304'));
    expect(toHex(changed)).toBe('07000504010203040' + '0');
    expect(toHex(withContent(input, [outer, middle, inner], middle, fromHex('')))).toBe('02000000');
  });

  it('sets DER lengths right, whose own length changes', () => {
    const input = fromHex('3004 3002 0500'.replaceAll(' ', ''));
    const vectors = derVectors(input);
    expect(vectors.map(({ start, end }) => [start, end])).toEqual([
      [2, 6],
      [4, 6],
      [6, 6],
    ]);
    const [, inner] = vectors;
    if (inner === undefined) throw new Error('no inner vector');
    const changed = withContent(input, vectors, inner, new Uint8Array(200));
    expect(toHex(changed.subarray(0, 6))).toBe('3081cb3081c8');
    expect(changed.length).toBe(206);
  });
});

it('replays a recorded client byte for byte', () => {
  const recording = emptyRecording();
  const hello = (crypto: typeof nodeCrypto) =>
    toHex(concat(TlsConnection.client({ crypto, serverName: 'server.test' }).takeOutput()));
  const first = hello(recordingCrypto(nodeCrypto, recording));
  expect(hello(replayingCrypto(nodeCrypto, recording))).toBe(first);
  expect(hello(replayingCrypto(nodeCrypto, recording))).toBe(first);
  expect(hello(nodeCrypto)).not.toBe(first);
});

function spin(milliseconds: number): string {
  for (const end = Date.now() + milliseconds; Date.now() < end; );
  return 'done';
}
