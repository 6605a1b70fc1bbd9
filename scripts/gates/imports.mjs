import { isShippedSource, lineAt } from './files.mjs';

/** @typedef {import('./files.mjs').SourceFile} SourceFile */

/**
 * Packages per room, longest room first. The compiler keeps Node out of the core; a package could carry it back in
 * through its own types, so each room names the packages that it may import.
 * @type {readonly (readonly [room: string, specifiers: RegExp])[]}
 */
const packages = [
  ['src/crypto/noble/', /^(@noble\/|micro-rsa-dsa-dh)/],
  ['src/crypto/node/', /^node:(crypto|module)$/],
  ['src/node/', /^node:/],
  ['src/lab/', /^node:/],
  ['src/cli/', /^(node:|commander$|valibot$)/],
  ['src/entry/', /^node:/],
];

/** Ways to switch the compiler off. @type {readonly (readonly [pattern: RegExp, complaint: string])[]} */
const doors = [
  [/^\/\/\/\s*<reference/gm, 'a triple-slash reference brings globals into every room'],
  [/@ts-(ignore|expect-error|nocheck)\b/g, 'no @ts-ignore, @ts-expect-error or @ts-nocheck: repair the types'],
  [
    /^\s*(export )?declare (const|let|var|function|class|global|module|namespace)\b/gm,
    'declare claims what is not there',
  ],
];

const specifier = /(?:\bfrom|\bimport)\s*\(?\s*(['"])([^'"\n]+)\1/g;

/**
 * What a shipped source may not import, beyond what the compiler sees.
 * @param {readonly SourceFile[]} files
 * @returns {string[]} complaints, none when all is well
 */
export function checkImports(files) {
  const complaints = [];
  for (const file of files.filter(isShippedSource)) {
    const { path, text } = file;
    const allowed = packages.find(([room]) => path.startsWith(room))?.[1];
    for (const [pattern, complaint] of doors) {
      for (const match of text.matchAll(pattern)) complaints.push(`${path}:${lineAt(text, match.index)} ${complaint}`);
    }
    for (const match of text.matchAll(specifier)) {
      const name = match[2] ?? '';
      const where = `${path}:${lineAt(text, match.index)}`;
      if (name.startsWith('.')) {
        const target = new URL(name, `file:///${path}`).pathname;
        if (!target.startsWith('/src/')) complaints.push(`${where} '${name}' leaves src`);
      } else if (allowed?.test(name) !== true) {
        complaints.push(`${where} imports the package '${name}', which this room may not`);
      }
    }
  }
  return complaints;
}
