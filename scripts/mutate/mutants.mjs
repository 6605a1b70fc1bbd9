/**
 * One change to a source that its tests should notice.
 * @typedef {{ readonly line: number, readonly removed: string, readonly text: string }} Mutant
 * `removed` is the statement that is gone from `text`, the whole new source
 */

const refusal = /\b(?:throw|return)\b/g;
const failing = /\balert\b|\bfatal\w*\(|\bfail\w*\(|\bTlsError\b/;

/**
 * The source once for every refusal in it, with that one removed: each `throw`, and each `return` that hands on an
 * alert. Errors of code INTERNAL are left alone: they say that something cannot happen.
 * @param {string} source
 * @returns {Mutant[]}
 */
export function mutants(source) {
  const code = mask(source);
  const found = [];
  for (const { 0: keyword, index } of code.matchAll(refusal)) {
    const end = statementEnd(code, index);
    const removed = source.substring(index, end);
    if (keyword === 'return' && !failing.test(removed)) continue;
    if (removed.includes("'INTERNAL'")) continue;
    const line = source.substring(0, index).split('\n').length;
    found.push({ line, removed, text: `${source.substring(0, index)};${source.substring(end)}` });
  }
  return found;
}

/**
 * The offset after the semicolon that ends the statement at `start`.
 * @param {string} code masked
 * @param {number} start
 */
function statementEnd(code, start) {
  let depth = 0;
  for (let at = start; at < code.length; at++) {
    const character = code[at] ?? '';
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    else if (character === ';' && depth === 0) return at + 1;
    if (depth < 0) return at;
  }
  return code.length;
}

/** Comments, strings, templates without substitutions in them, and regular expressions where one may stand. */
const opaque =
  /\/\/.*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|\$\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*\}|[^`\\])*`|(?<=[(,=:[!&|?{};]\s*|\breturn\s+)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\//g;

/**
 * The source with everything that is no code blanked out, offsets kept.
 * @param {string} source
 */
function mask(source) {
  return source.replace(opaque, (text) => text.replace(/[^\n]/g, ' '));
}
