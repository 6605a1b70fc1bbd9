/** Certificates against what others published: every case as expected, but for those in the ledger. */
import { describe, expect, test } from 'vitest';
import { vectors } from '../support/vectors.ts';
import { runChains } from './x509/chains.ts';
import { LEDGER } from './x509/ledger.ts';
import { runLimbo } from './x509/limbo.ts';
import { runPkits } from './x509/pkits.ts';
import type { Summary } from './x509/suite.ts';

interface Suite {
  readonly name: string;
  readonly path: string;
  readonly total: number;
  run(path: string): Summary;
}

const SUITES: readonly Suite[] = [
  { name: 'pkits', path: 'pkits', total: 247, run: runPkits },
  { name: 'chains', path: 'chains', total: 197, run: runChains },
  { name: 'path-building', path: 'path-building/limbo-path.json', total: 81, run: (path) => runLimbo(path) },
];

describe.each(SUITES)('$name', ({ path, total, run }) => {
  const data = vectors(path);

  test.skipIf(data === undefined)('is judged as published', () => {
    const summary = run(data ?? '');
    const wrong = summary.cases.filter(({ pass, id }) => pass === id in LEDGER).map(({ id }) => id);
    expect(wrong).toEqual([]);
    expect(summary.total).toBe(total);
    expect(summary.skipped).toBe(0);
  });
});
