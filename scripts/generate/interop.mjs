import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../gates/files.mjs';

/**
 * @typedef {{
 *   readonly name: string,
 *   readonly release: string,
 *   readonly side: string,
 *   readonly cells: Record<string, string>,
 * }} MatrixPeer one way round: by version and scenario `pass: peer`, `pass: ours`, `fail` or `cannot: WHY`
 * @typedef {{
 *   readonly date: string,
 *   readonly machine: string,
 *   readonly minutes: number,
 *   readonly scenarios: readonly { readonly id: string, readonly title: string, readonly versions: string }[],
 *   readonly peers: readonly MatrixPeer[],
 * }} Matrix what test/interop/full.mjs writes
 */

const FOLDER = 'test/interop/results';
const SIDES = [
  { side: 'server', title: 'Our client, their server' },
  { side: 'client', title: 'Their client, our server' },
];

/**
 * The newest result of `npm run interop:full`.
 * @returns {string} Markdown
 */
export function interop() {
  const [newest] = readdirSync(join(root, FOLDER)).sort().reverse();
  if (newest === undefined) throw new Error(`no results in ${FOLDER}`);
  const matrix = JSON.parse(readFileSync(join(root, FOLDER, newest), 'utf8'));
  return `${renderMatrix(matrix)}\nThe data: [${newest}](../${FOLDER}/${newest}).`;
}

/**
 * Tables of a result: a row for each peer, a column for each scenario.
 * @param {Matrix} matrix
 * @returns {string} Markdown
 */
export function renderMatrix({ date, machine, minutes, scenarios, peers }) {
  const all = peers.flatMap(({ cells }) => Object.values(cells));
  const count = (/** @type {string} */ start) => all.filter((cell) => cell.startsWith(start)).length;
  const lines = [
    `${date}, ${machine}, ${minutes} minutes: ${count('pass')} passed (${count('pass: peer')} by the peer's own word), ` +
      `${count('fail')} failed, ${count('cannot')} that a peer cannot.`,
  ];
  for (const { side, title } of SIDES) {
    for (const version of ['TLS 1.3', 'TLS 1.2']) {
      const columns = scenarios.filter(({ versions }) => versions.includes(version));
      lines.push('', `### ${title}, ${version}`, '');
      lines.push(
        `| | ${columns.map((column) => column.title).join(' | ')} |`,
        `| --- |${' --- |'.repeat(columns.length)}`,
      );
      for (const peer of peers.filter((one) => one.side === side)) {
        const marks = columns.map(({ id }) => mark(peer.cells[`${version} ${id}`]));
        lines.push(`| ${peer.name} ${peer.release} | ${marks.join(' | ')} |`);
      }
    }
  }
  return [...lines, '', '### What peers cannot', '', ...reasons(scenarios, peers), ''].join('\n');
}

/** @param {string | undefined} cell */
function mark(cell) {
  if (cell === 'pass: peer') return '✔';
  if (cell === 'pass: ours') return '(✔)';
  return cell === 'fail' ? '✖' : '–';
}

/**
 * @param {Matrix['scenarios']} scenarios
 * @param {readonly MatrixPeer[]} peers
 * @returns {string[]} a line for each reason, with whom it is about
 */
function reasons(scenarios, peers) {
  return scenarios.flatMap(({ id, title }) => {
    /** @type {Map<string, Set<string>>} */
    const found = new Map();
    for (const { name, release, cells } of peers) {
      for (const [place, cell] of Object.entries(cells)) {
        const why = /^cannot: (.*)/.exec(cell)?.[1];
        if (why === undefined || !place.endsWith(` ${id}`)) continue;
        found.set(why, (found.get(why) ?? new Set()).add(`${name} ${release}`));
      }
    }
    return [...found].map(([why, who]) => `- ${title}, ${[...who].join(', ')}: ${why}.`);
  });
}
