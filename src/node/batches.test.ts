import { expect, test } from 'vitest';
import { batches } from './batches.ts';

function lengths(...sizes: number[]): number[] {
  return batches(sizes.map((size) => Buffer.alloc(size))).map((piece) => piece.length);
}

test('small chunks are joined up to a record', () => {
  expect(lengths(1, 2, 3)).toEqual([6]);
  expect(lengths(10_000, 6_000, 384, 1)).toEqual([16_384, 1]);
});

test('large chunks are cut', () => {
  expect(lengths(600_000)).toEqual([262_144, 262_144, 75_712]);
  expect(lengths(5, 262_144, 5)).toEqual([5, 262_144, 5]);
});

test('nothing is nothing', () => {
  expect(lengths()).toEqual([]);
  expect(lengths(0)).toEqual([0]);
});

test('order and bytes are kept', () => {
  const whole = Buffer.alloc(700_000, 'some bytes to recognise');
  const cuts = [0, 1, 17_000, 17_001, 300_000, 300_010, 700_000];
  const chunks = cuts.slice(1).map((end, i) => whole.subarray(cuts[i], end));
  expect(Buffer.concat(batches(chunks)).equals(whole)).toBe(true);
});

test('a single chunk is not copied', () => {
  const chunk = Buffer.from('as it is');
  expect(batches([chunk])[0]).toBe(chunk);
});
