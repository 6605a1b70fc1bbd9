import { expect, test } from 'vitest';
import { type ExitCode, worstOf } from './exit.ts';

test('4 over 2 over 1 over 3 over 0', () => {
  const codes: ExitCode[] = [0, 3, 1, 2, 4];
  expect(codes.map((_, index) => worstOf(codes.slice(0, index + 1).toReversed()))).toEqual([0, 3, 1, 2, 4]);
  expect(worstOf([])).toBe(0);
});
