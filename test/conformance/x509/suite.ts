/** What a suite of others gave: one form for all of them. */

import { LEDGER } from './ledger.ts';

/** A case, run. */
export interface Case {
  readonly id: string;
  readonly expected: 'accept' | 'reject';
  readonly actual: 'accept' | 'reject' | 'skip';
  /** Codes of what was found, or why it was skipped. */
  readonly found: readonly string[];
}

/** A suite, run. */
export interface Summary {
  readonly suite: string;
  readonly pass: number;
  readonly total: number;
  readonly false_accept: number;
  readonly false_reject: number;
  readonly skipped: number;
  readonly cases: readonly (Case & { readonly pass: boolean; readonly ledger?: string })[];
}

/** Counts. */
export function summarize(suite: string, cases: readonly Case[]): Summary {
  const judged = cases.map((one) => {
    const ledger = LEDGER[one.id];
    return { ...one, pass: one.actual === one.expected, ...(ledger === undefined ? {} : { ledger }) };
  });
  const wrong = (actual: Case['actual']) => judged.filter((one) => !one.pass && one.actual === actual).length;
  return {
    suite,
    pass: judged.filter(({ pass }) => pass).length,
    total: judged.length,
    false_accept: wrong('accept'),
    false_reject: wrong('reject'),
    skipped: wrong('skip'),
    cases: judged,
  };
}
