import { isShippedSource, lineAt } from './files.mjs';

/** @typedef {import('./files.mjs').SourceFile} SourceFile */

const codeUnion = /^export (?:type \w*Code|const \w*CODES) =([^;]*);/gm;
const codeProperty = /\bcode: '([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)'/g;

/** In src/cli: a long flag within a string, or the name of a command. */
const cliWord = /['"`][^'"`\n]*?(--[a-z][a-z0-9-]+)|\.command\(\s*['"]([a-z]+)/g;

/**
 * Every code that a user can meet, every command and every flag stands in a page of docs/.
 * @param {readonly SourceFile[]} files
 * @returns {string[]} complaints, none when all is well
 */
export function checkDocs(files) {
  const pages = files.filter(({ path }) => /^docs\/.*\.md$/.test(path)).map(({ text }) => text);
  const complaints = new Map();
  for (const file of files.filter(isShippedSource)) {
    for (const [code, offset] of codes(file.text)) {
      if (complaints.has(code) || pages.some((text) => text.includes(`\`${code}\``))) continue;
      complaints.set(code, `${file.path}:${lineAt(file.text, offset)} ${code} stands in no page of docs/`);
    }
    if (!file.path.startsWith('src/cli/')) continue;
    for (const match of file.text.matchAll(cliWord)) {
      const word = match[1] ?? match[2] ?? '';
      if (complaints.has(word) || pages.some((text) => new RegExp(`[\`\\s]${word}(?![\\w-])`).test(text))) continue;
      complaints.set(word, `${file.path}:${lineAt(file.text, match.index)} ${word} stands in no page of docs/`);
    }
  }
  return [...complaints.values()];
}

/**
 * Codes of a source: the members of unions called ...Code and of lists called ..._CODES, and the values of `code:` properties.
 * @param {string} text
 * @returns {Generator<[code: string, offset: number]>}
 */
function* codes(text) {
  for (const union of text.matchAll(codeUnion)) {
    for (const member of (union[1] ?? '').matchAll(/'([A-Z][A-Z0-9_]*)'/g)) yield [member[1] ?? '', union.index];
  }
  for (const match of text.matchAll(codeProperty)) yield [match[1] ?? '', match.index];
}

const link = /\]\((?!https?:|mailto:)([^)#\s]+)(?:#[^)\s]*)?\)/g;

/**
 * Every relative link of a Markdown page leads to a file of the project, and every `npm run X` to a script.
 * @param {readonly SourceFile[]} files
 * @returns {string[]} complaints, none when all is well
 */
export function checkLinks(files) {
  const paths = new Set(files.flatMap(({ path }) => [path, ...folders(path)]));
  const scripts = JSON.parse(files.find(({ path }) => path === 'package.json')?.text ?? '{}').scripts ?? {};
  const complaints = [];
  for (const { path, text } of files.filter((file) => file.path.endsWith('.md'))) {
    for (const match of text.matchAll(link)) {
      const target = new URL(match[1] ?? '', `file:///${path}`).pathname.substring(1).replace(/\/$/, '');
      if (!paths.has(target)) complaints.push(`${path}:${lineAt(text, match.index)} no file ${target}`);
    }
    for (const match of text.matchAll(/\bnpm run ([\w:-]+)/g)) {
      if (!((match[1] ?? '') in scripts)) {
        complaints.push(`${path}:${lineAt(text, match.index)} no script ${match[1]}`);
      }
    }
  }
  return complaints;
}

/** @param {string} path */
function folders(path) {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
