/** One suite over data: see `runSuite`. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runChains } from './chains.ts';
import { runLimbo } from './limbo.ts';
import { runPkits } from './pkits.ts';
import { type Summary, summarize } from './suite.ts';
import { runWycheproof } from './wycheproof.ts';

/** The suites by name, and where each has its data in HELLOFIN_VECTORS. */
const SUITES: Readonly<Record<string, { readonly data: string; run(path: string): Summary }>> = {
  pkits: { data: 'pkits', run: runPkits },
  chains: { data: 'chains', run: runChains },
  limbo: { data: 'path-building', run: (path) => overFiles('limbo', path, (file) => runLimbo(file)) },
  wycheproof: { data: 'wycheproof', run: (path) => overFiles('wycheproof', path, runWycheproof) },
};

/** The names of the suites. */
export const suiteNames: readonly string[] = Object.keys(SUITES);

/** Runs a suite over a file or folder; without one, over that of HELLOFIN_VECTORS. Throws where there is none. */
export function runSuite(name: string, data: string | undefined): Summary {
  const suite = SUITES[name];
  if (suite === undefined) throw new Error(`${name} is not one of ${suiteNames.join(', ')}`);
  const root = process.env.HELLOFIN_VECTORS;
  const path = data ?? (root === undefined ? undefined : join(root, suite.data));
  if (path === undefined) throw new Error('neither --data nor HELLOFIN_VECTORS says where the data is');
  if (!existsSync(path)) throw new Error(`${path} is not there`);
  return suite.run(path);
}

function overFiles(suite: string, path: string, run: (file: string) => Summary): Summary {
  if (!statSync(path).isDirectory()) return run(path);
  const files = readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .sort();
  return summarize(
    suite,
    files.flatMap((name) => run(join(path, name)).cases),
  );
}
