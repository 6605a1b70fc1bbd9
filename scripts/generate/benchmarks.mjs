import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../gates/files.mjs';

/**
 * @typedef {{ readonly name: string, readonly ratio: Readonly<Record<string, number>> }} Row
 * @typedef {{
 *   readonly name: string,
 *   readonly against: string,
 *   readonly rows: readonly Row[],
 *   readonly node: string,
 *   readonly machine: string,
 *   readonly load: readonly number[],
 *   readonly date: string,
 * }} Result what test/bench/measure.mjs gives
 */

const FOLDER = 'test/bench/results';

/**
 * The newest results of `npm run bench -- record`: theirs over ours, by benchmark and line of Node.
 * @returns {string} Markdown
 */
export function benchmarks() {
  const [newest] = readdirSync(join(root, FOLDER)).sort().reverse();
  if (newest === undefined) throw new Error(`no results in ${FOLDER}`);
  /** @type {{ readonly results: readonly Result[] }} */
  const { results } = JSON.parse(readFileSync(join(root, FOLDER, newest), 'utf8'));
  const lines = [...new Set(results.map(({ node }) => node))];
  const cells = lines.map((line) => ` Node ${line.substring(1)} |`).join('');
  const table = [`| | against |${cells}`, `| --- | --- |${' --- |'.repeat(lines.length)}`];
  for (const { name, against, rows } of results.filter(({ node }) => node === lines[0])) {
    for (const row of rows) {
      const ratios = lines.map((line) => {
        const measured = results.find((one) => one.node === line && one.name === name && one.against === against);
        return ` ${show(measured?.rows.find((one) => one.name === row.name)?.ratio)} |`;
      });
      table.push(`| ${name}, ${row.name} | ${against} |${ratios.join('')}`);
    }
  }
  const [first] = results;
  const loads = results.map(({ load }) => load[0] ?? 0);
  const measured = `Measured ${first?.date.substring(0, 10)} on ${first?.machine}, load ${Math.min(...loads)} to ${Math.max(...loads)}.`;
  return [...table, '', `${measured} The figures: [${newest}](../${FOLDER}/${newest}).`].join('\n');
}

/** @param {Row['ratio'] | undefined} ratio wall and CPU, or RSS and heap */
function show(ratio) {
  if (ratio === undefined) return '–';
  return Object.values(ratio)
    .map((value) => value.toFixed(2))
    .join(' / ');
}
