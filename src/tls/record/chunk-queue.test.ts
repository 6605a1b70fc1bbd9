import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allocate, concat } from '../../bytes/index.ts';
import { ChunkQueue } from './chunk-queue.ts';

it('gives back what went in, however it was cut and however it is read', () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { maxLength: 40 });
  fc.assert(
    fc.property(chunks, fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1 }), (pushed, reads) => {
      const queue = new ChunkQueue(allocate);
      const read: Uint8Array[] = [];
      let turn = 0;
      const take = () => {
        const { first, at } = queue;
        if (first === undefined) return false;
        const length = Math.min(reads[turn++ % reads.length] ?? 1, first.length - at);
        read.push(Uint8Array.from(first.subarray(at, at + length)));
        queue.consume(length);
        return true;
      };
      for (const chunk of pushed) {
        queue.push(chunk);
        if (turn % 3 === 0) take();
      }
      while (take());
      expect(concat(read)).toEqual(concat(pushed));
      expect(queue.length).toBe(0);
    }),
  );
});

it('joins single bytes instead of holding an object for each', () => {
  const queue = new ChunkQueue(allocate);
  for (let i = 0; i < 100_000; i++) queue.push(Uint8Array.of(i & 0xff));
  let views = 0;
  for (let chunk = queue.first; chunk !== undefined; chunk = queue.first) {
    views++;
    queue.consume(chunk.length - queue.at);
  }
  expect(views).toBeLessThan(10);
});
