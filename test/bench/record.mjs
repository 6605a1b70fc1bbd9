import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const RUN = fileURLToPath(new URL('run.mjs', import.meta.url));

/** The lines of Node that are supported. */
const LINES = [20, 22, 24, 26];

/** What is compared with lemon-tls too, where there is one. */
const AGAINST_LEMON = ['handshake', 'bulk'];

/**
 * Every benchmark on every Node that is at hand, one after the other, into a file.
 * @param {string} file
 * @param {readonly string[]} names
 * @param {readonly string[]} flags
 */
export function record(file, names, flags) {
  const programs = LINES.flatMap((line) => process.env[`HELLOFIN_NODE${line}`] ?? []);
  const lemon = process.env.HELLOFIN_LEMON_TLS === undefined ? [] : AGAINST_LEMON;
  const runs = [...names.map((name) => [name]), ...lemon.map((name) => [name, '--against=lemon-tls'])];
  const results = [];
  for (const program of programs.length === 0 ? [process.execPath] : programs) {
    for (const run of runs) {
      const output = execFileSync(program, [RUN, ...run, '--json', ...flags], { encoding: 'utf8' });
      results.push(JSON.parse(output));
      console.error(`${program} ${run.join(' ')}`);
    }
  }
  writeFileSync(file, `${JSON.stringify({ schema: 'hellofin-bench/1', results }, null, 2)}\n`);
}
