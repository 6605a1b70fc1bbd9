import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * A text file of the project.
 * @typedef {{ readonly path: string, text: string }} SourceFile `path` is relative to the root
 */

/** The project's root folder. */
export const root = resolve(import.meta.dirname, '../..');

/**
 * Every text file that is tracked, or would be with the next `git add`.
 * @returns {SourceFile[]}
 */
export function projectFiles() {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'], {
    cwd: root,
    encoding: 'utf8',
  });
  const files = [];
  for (const path of list.split('\0')) {
    if (path === '') continue;
    const text = readText(path);
    if (text !== undefined && !text.includes('\0')) files.push({ path, text });
  }
  return files;
}

/**
 * A source file that ships: TypeScript in src that is no test.
 * @param {SourceFile} file
 */
export function isShippedSource({ path }) {
  return path.startsWith('src/') && path.endsWith('.ts') && !path.endsWith('.test.ts');
}

/**
 * The 1-based line of an offset.
 * @param {string} text
 * @param {number} offset
 */
export function lineAt(text, offset) {
  return text.substring(0, offset).split('\n').length;
}

/**
 * A deleted file stays in the index until it is committed.
 * @param {string} path
 */
function readText(path) {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw error;
  }
}
