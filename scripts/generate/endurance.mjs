import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../gates/files.mjs';

/**
 * @typedef {{ readonly heap: number, readonly rss: number }} Memory bytes
 * @typedef {{
 *   readonly name: string,
 *   readonly unit: string,
 *   readonly done: number,
 *   readonly seconds: number,
 *   readonly figures: Readonly<Record<string, number>>,
 *   readonly last: Memory,
 *   readonly growth: Memory,
 *   readonly load: readonly number[],
 *   readonly failures: readonly string[],
 * }} Stage
 */

const FOLDER = 'test/soak/results';
const MIB = 2 ** 20;

/**
 * The newest result of `npm run soak -- --json`.
 * @returns {string} Markdown
 */
export function endurance() {
  const [newest] = readdirSync(join(root, FOLDER)).sort().reverse();
  if (newest === undefined) throw new Error(`no results in ${FOLDER}`);
  /** @type {{ readonly stages: readonly Stage[], readonly node: string, readonly machine: string, readonly date: string }} */
  const { stages, node, machine, date } = JSON.parse(readFileSync(join(root, FOLDER, newest), 'utf8'));
  const rows = stages.map(({ name, unit, done, seconds, last, growth, failures }) => {
    const verdict = failures.length === 0 ? 'passed' : [...new Set(failures)].join('; ');
    const memory = `${mebibytes(last.heap)} / ${mebibytes(last.rss)} | ${mebibytes(growth.heap)} / ${mebibytes(growth.rss)}`;
    return `| ${name} | ${done.toLocaleString('en')} ${unit} | ${Math.round(seconds)} | ${memory} | ${verdict} |`;
  });
  const loads = stages.map(({ load }) => load[0] ?? 0);
  const figures = stages.map(({ name, figures }) => {
    const told = Object.entries(figures).map(([what, count]) => `${what}: ${count.toLocaleString('en')}`);
    return `- ${name}: ${told.join('; ')}.`;
  });
  return [
    '| stage | done | seconds | heap / RSS, MiB | grew by, MiB | |',
    '| --- | ---: | ---: | ---: | ---: | --- |',
    ...rows,
    '',
    ...figures,
    '',
    `Run on ${date.substring(0, 10)}, ${machine}, ${node}, load ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}. The figures: [${newest}](../${FOLDER}/${newest}).`,
  ].join('\n');
}

/** @param {number} bytes */
function mebibytes(bytes) {
  return (bytes / MIB).toFixed(1);
}
