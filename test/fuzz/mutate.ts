import { concat, EMPTY } from '../../src/bytes/index.ts';
import type { Random } from './random.ts';
import { type Vector, withContent } from './structure.ts';

/** Changes one input. `pool` are others of the same kind to take parts from. */
export type Mutation = (random: Random, input: Uint8Array, pool: readonly Uint8Array[]) => Uint8Array;

const INTERESTING = [0x00, 0x01, 0x02, 0x03, 0x7f, 0x80, 0xfe, 0xff];

/** Longest input that mutations make: what grows is cut. */
const MAX_INPUT = 70_000;

/** A place in the input, its end included, and how much of it to take from there. */
function range(random: Random, input: Uint8Array): { at: number; length: number } {
  const at = random.below(input.length + 1);
  const most = input.length - at;
  return { at, length: random.oneIn(4) ? random.below(most + 1) : Math.min(most, 1 + random.below(8)) };
}

function splice(input: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  return concat([input.subarray(0, at), insert, input.subarray(at + remove)]);
}

function byte(random: Random): number {
  return random.oneIn(2) ? random.pick(INTERESTING) : random.below(256);
}

const flip: Mutation = (random, input) => {
  const out = Uint8Array.from(input);
  const at = random.below(out.length);
  if (out.length > 0) out[at] = (out[at] ?? 0) ^ (1 << random.below(8));
  return out;
};

const set: Mutation = (random, input) => {
  const out = Uint8Array.from(input);
  if (out.length > 0) out[random.below(out.length)] = byte(random);
  return out;
};

/** Adds to, or sets, a number of 2 or 3 bytes somewhere. */
const tweak: Mutation = (random, input) => {
  const width = 2 + random.below(2);
  if (input.length < width) return set(random, input, []);
  const out = Uint8Array.from(input);
  const at = random.below(out.length - width + 1);
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + (out[at + i] ?? 0);
  value = random.oneIn(3) ? random.pick([0, 1, 0xffff, out.length, out.length - at]) : value + random.below(9) - 4;
  for (let i = width - 1; i >= 0; i--, value = Math.floor(value / 256)) out[at + i] = value & 0xff;
  return out;
};

const remove: Mutation = (random, input) => {
  const { at, length } = range(random, input);
  return splice(input, at, length, EMPTY);
};

const insert: Mutation = (random, input) => {
  const length = random.oneIn(8) ? random.below(2000) : 1 + random.below(8);
  const value = byte(random);
  const bytes = random.oneIn(2) ? random.bytes(length) : new Uint8Array(length).fill(value);
  return splice(input, random.below(input.length + 1), 0, bytes);
};

const repeat: Mutation = (random, input) => {
  const { at, length } = range(random, input);
  const times = random.oneIn(8) ? random.below(40) : 1;
  const part = input.subarray(at, at + length);
  return splice(input, at, 0, concat(new Array<Uint8Array>(times).fill(part)));
};

const truncate: Mutation = (random, input) => input.subarray(0, random.below(input.length + 1));

const cross: Mutation = (random, input, pool) => {
  const other = random.pick(pool.length === 0 ? [input] : pool);
  const { at, length } = range(random, other);
  const place = random.below(input.length + 1);
  return splice(input, place, random.oneIn(2) ? length : 0, other.subarray(at, at + length));
};

const BYTE_MUTATIONS: readonly Mutation[] = [flip, flip, set, set, tweak, remove, insert, repeat, truncate, cross];

/** Changes bytes without knowing what they mean. */
export const mutateBytes: Mutation = (random, input, pool) => random.pick(BYTE_MUTATIONS)(random, input, pool);

/**
 * Changes the content of one vector and sets right the lengths around it, so that the change gets past the framing;
 * or makes one length lie.
 */
export function mutateVector(random: Random, input: Uint8Array, vectors: readonly Vector[]): Uint8Array {
  const whole = vectors.filter(({ end }) => end <= input.length);
  if (whole.length === 0) return mutateBytes(random, input, []);
  const vector = random.pick(whole);
  const content = input.subarray(vector.start, vector.end);
  if (random.oneIn(6)) {
    const lie = Math.max(0, content.length + random.pick([-2, -1, 1, 2, 0x100, -content.length]));
    return splice(input, vector.lengthStart, vector.start - vector.lengthStart, vector.encode(lie));
  }
  const other = random.pick(whole);
  const changed = random.oneIn(3)
    ? input.subarray(other.start, other.end)
    : mutateBytes(random, content, [input.subarray(other.start, other.end)]);
  return withContent(input, whole, vector, changed);
}

/** One to four changes in a row. */
export function mutate(
  random: Random,
  input: Uint8Array,
  pool: readonly Uint8Array[],
  mutations: readonly Mutation[],
): Uint8Array {
  let out = input;
  for (let rounds = 1 + random.below(4); rounds > 0; rounds--) {
    out = random.pick(mutations)(random, out, pool).subarray(0, MAX_INPUT);
  }
  return out;
}
