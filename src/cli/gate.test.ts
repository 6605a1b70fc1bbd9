import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { gate } from './gate.ts';

test('lets so many run at once, in the order given', async () => {
  const pass = gate(2);
  const began: number[] = [];
  let running = 0;
  let most = 0;
  const results = await Promise.all(
    [30, 1, 1, 20, 1].map((milliseconds, index) =>
      pass(async () => {
        began.push(index);
        most = Math.max(most, ++running);
        await sleep(milliseconds);
        running--;
        return index;
      }),
    ),
  );
  expect(results).toEqual([0, 1, 2, 3, 4]);
  expect(began).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(2);
});

test('goes on after a failure', async () => {
  const pass = gate(1);
  const [first, second] = await Promise.allSettled([
    pass(() => Promise.reject(new Error('broken'))),
    pass(() => Promise.resolve('whole')),
  ]);
  expect(first).toMatchObject({ status: 'rejected' });
  expect(second).toEqual({ status: 'fulfilled', value: 'whole' });
});
