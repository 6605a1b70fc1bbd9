/** Runs a target on many inputs, and makes small what it failed on. */
import { performance } from 'node:perf_hooks';
import { toHex } from '../../src/bytes/index.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import type { Target } from './target.ts';

/** An input that broke a target's invariant. */
export interface Failure {
  readonly seed: string;
  /** Number of the run. */
  readonly run: number;
  /** Hexadecimal, made as small as it went. */
  readonly input: string;
  readonly error: string;
}

/** What came of the runs of one target. */
export interface Report {
  readonly target: string;
  readonly runs: number;
  /** Milliseconds of all runs, and of the longest. */
  readonly took: number;
  readonly slowest: number;
  /** How often each thing came out. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly failure?: Failure;
}

/** Far more than any input of the size may take on a loaded machine, in milliseconds. */
const LIMIT = 250;

/** Inputs that did something new join the seeds; more than this many do not. */
const MAX_POOL = 400;

/** Tries of making a failing input smaller. */
const MAX_SHRINKS = 3000;

/** Numbers and quoted texts are not what makes two outcomes differ. */
function kind(outcome: string): string {
  return outcome
    .replace(/\d+/g, '#')
    .replace(/"[^"]*"/g, '""')
    .substring(0, 160);
}

/**
 * @param seed same seed, same inputs.
 * @param before is told each input before it is tried: who watches can name it when it does not come back.
 */
export function fuzz(target: Target, runs: number, seed: string, before?: (input: Uint8Array) => void): Report {
  const pool: Uint8Array[] = [...target.seeds()];
  const valid = pool.length;
  const outcomes: Record<string, number> = {};
  const random = new Random(`${target.name} ${seed}`);
  const started = performance.now();
  let slowest = 0;
  for (let run = 0; run < runs; run++) {
    const input = run < valid ? (pool[run] ?? new Uint8Array()) : next(random, pool, target);
    before?.(input);
    const begin = performance.now();
    try {
      const outcome = kind(target.check(input));
      if (outcomes[outcome] === undefined && pool.length < MAX_POOL) pool.push(input);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    } catch (error) {
      const failure = { seed, run, input: toHex(shrink(target, input, error, before)), error: describe(error) };
      return { target: target.name, runs: run + 1, took: performance.now() - started, slowest, outcomes, failure };
    }
    const took = performance.now() - begin;
    slowest = Math.max(slowest, took);
    if (took > LIMIT && isSlow(target, input)) {
      const failure = { seed, run, input: toHex(input), error: `takes more than ${LIMIT} ms` };
      return { target: target.name, runs: run + 1, took: performance.now() - started, slowest, outcomes, failure };
    }
  }
  return { target: target.name, runs, took: performance.now() - started, slowest, outcomes };
}

function next(random: Random, pool: readonly Uint8Array[], target: Target): Uint8Array {
  return mutate(random, random.pick(pool), pool, target.mutations);
}

/** Whether it is the input, and not the machine, that takes the time. */
function isSlow(target: Target, input: Uint8Array): boolean {
  for (let attempt = 0; attempt < 3; attempt++) {
    const begin = performance.now();
    target.check(input);
    if (performance.now() - begin < LIMIT) return false;
  }
  return true;
}

/** What stays of a failing input when everything is left out, or zeroed, that the failure does not need. */
function shrink(target: Target, input: Uint8Array, error: unknown, before?: (input: Uint8Array) => void): Uint8Array {
  const wanted = kind(describe(error));
  let tries = 0;
  const fails = (candidate: Uint8Array): boolean => {
    if (++tries > MAX_SHRINKS) return false;
    before?.(candidate);
    try {
      target.check(candidate);
      return false;
    } catch (other) {
      return kind(describe(other)) === wanted;
    }
  };
  let best = input;
  for (let size = best.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.length; ) {
      const rest = Uint8Array.from([...best.subarray(0, at), ...best.subarray(at + size)]);
      if (fails(rest)) best = rest;
      else at += size;
    }
  }
  for (let at = 0; at < best.length; at++) {
    if (best[at] === 0) continue;
    const zeroed = Uint8Array.from(best);
    zeroed[at] = 0;
    if (fails(zeroed)) best = zeroed;
  }
  return best;
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
