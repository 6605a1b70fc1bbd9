import type { Mutation } from './mutate.ts';

/** One thing that takes bytes of others. What must hold for it stands in the first sentence of its file. */
export interface Target {
  readonly name: string;
  /** Inputs to begin with; the checks of a target begin with them as they are. */
  readonly seeds: () => readonly Uint8Array[];
  /** What an input is changed by, each as often as it stands here. */
  readonly mutations: readonly Mutation[];
  /** Runs in CI. */
  readonly runs: number;
  /**
   * Tries one input and says in a few words what came of it, for the statistics.
   * @throws when the invariant does not hold
   */
  readonly check: (input: Uint8Array) => string;
}

/** A broken invariant. */
class Violation extends Error {
  override readonly name = 'Violation';
}

/** @throws Violation unless `condition` holds */
export function must(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Violation(what);
}

/** What `read` gives, or the error of a class that is allowed; any other error goes on. */
export function attempt<T, E extends Error>(
  allowed: readonly (abstract new (...args: never[]) => E)[],
  read: () => T,
): { readonly value: T; readonly error?: undefined } | { readonly value?: undefined; readonly error: E } {
  try {
    return { value: read() };
  } catch (error) {
    const known = allowed.find((type) => error instanceof type);
    if (known === undefined) throw error;
    return { error: error as E };
  }
}
