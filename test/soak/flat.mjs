/**
 * Whether memory is flat. A sample is taken after forced collections, so that it counts what is still held; the first
 * third of them is warm-up: compilers, caches that fill, the heap that finds its size. Over the others the growth is the
 * median of the slopes between all pairs (Theil-Sen): a few samples that are off do not move it.
 */

/**
 * @typedef {{ readonly done: number, readonly heap: number, readonly rss: number }} Sample `heap` with what hangs on it, bytes
 * @typedef {{ readonly heap: number, readonly rss: number }} Growth bytes over the whole stage
 */

const MIB = 2 ** 20;

/**
 * How much a stage may grow by, in bytes. Two mebibytes over 100,000 handshakes are 21 bytes of each: less than the
 * smallest thing that can leak. RSS is what the allocators keep: it wavers by more, and shows alone what leaks outside of
 * the heap, where the smallest key of OpenSSL's has a kilobyte.
 * @type {Growth}
 */
const BOUND = { heap: 2 * MIB, rss: 48 * MIB };

/** Bound of RSS in a short run: Node 26 takes a hundred mebibytes before it is settled. */
const SHORT_RSS = 160 * MIB;

/** Samples that make a run a long one. */
const LONG = 20;

/** Samples of a stage. */
export const SAMPLES = 30;

/** Fewest samples after the warm-up that tell anything. */
const FEWEST = 4;

/**
 * Growth over all operations of a stage, as those after the warm-up show it; nothing where they are too few to tell.
 * @param {readonly Sample[]} samples
 * @returns {Growth | undefined}
 */
export function growth(samples) {
  const counted = samples.slice(Math.ceil(samples.length / 3));
  if (counted.length < FEWEST) return undefined;
  const operations = samples.at(-1)?.done ?? 0;
  return { heap: slope(counted, 'heap') * operations, rss: slope(counted, 'rss') * operations };
}

/**
 * What grew by more than it may.
 * @param {Growth | undefined} grown
 * @param {number} [samples] that show it
 * @returns {string[]}
 */
export function tooMuch(grown, samples = SAMPLES) {
  if (grown === undefined) return ['too few samples tell whether memory is flat'];
  /** @type {(keyof Growth)[]} */
  const kinds = ['heap', 'rss'];
  const bound = { ...BOUND, ...(samples < LONG ? { rss: SHORT_RSS } : {}) };
  return kinds.flatMap((kind) =>
    grown[kind] <= bound[kind] ? [] : [`${kind} grew by ${mebibytes(grown[kind])}, at most ${mebibytes(bound[kind])}`],
  );
}

/** @param {number} bytes */
export function mebibytes(bytes) {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}

/**
 * Bytes per operation.
 * @param {readonly Sample[]} samples
 * @param {'heap' | 'rss'} kind
 */
function slope(samples, kind) {
  const slopes = samples.flatMap((a, i) =>
    samples.slice(i + 1).flatMap((b) => (b.done === a.done ? [] : [(b[kind] - a[kind]) / (b.done - a.done)])),
  );
  slopes.sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)] ?? 0;
}
