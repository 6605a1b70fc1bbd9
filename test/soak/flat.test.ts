import { describe, expect, test } from 'vitest';
import { growth, SAMPLES, tooMuch } from './flat.mjs';

/** Samples of a stage of 100,000 operations, by how much is held after so many. */
function samples(heap: (done: number) => number, rss = heap) {
  return Array.from({ length: SAMPLES }, (_, i) => {
    const done = ((i + 1) * 100_000) / SAMPLES;
    return { done, heap: heap(done), rss: rss(done) };
  });
}

const flat = (done: number) => 2e7 + 1e5 * Math.sin(done);

describe('memory', () => {
  test('that wavers is flat, whatever the warm-up took and however far single samples are off', () => {
    const odd = (done: number) => (done < 33_000 ? done * 100 : flat(done)) + (done % 50_000 === 0 ? 1e7 : 0);
    expect(tooMuch(growth(samples(odd)))).toEqual([]);
  });

  test('of 40 bytes an operation is not', () => {
    const grown = growth(samples((done) => flat(done) + 40 * done));
    expect((grown?.heap ?? 0) / 40 / 100_000).toBeCloseTo(1, 1);
    expect(tooMuch(grown)).toEqual([expect.stringMatching(/^heap grew by 3\.\d MiB, at most 2\.0 MiB$/)]);
  });

  test('outside of the heap counts too', () => {
    expect(tooMuch(growth(samples(flat, (done) => 600 * done)))).toEqual([expect.stringMatching(/^rss grew by 57/)]);
  });

  test('outside of the heap has time to settle in a short run', () => {
    const grown = growth(samples(flat, (done) => 600 * done));
    expect(tooMuch(grown, 10)).toEqual([]);
    expect(tooMuch(growth(samples(flat, (done) => 2000 * done)), 10)).toHaveLength(1);
  });

  test('of few samples is not judged to be flat', () => {
    const few = samples(flat).slice(0, 5);
    expect(tooMuch(growth(few))).toEqual([expect.stringMatching(/too few/)]);
  });
});
