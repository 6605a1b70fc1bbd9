import { isShippedSource } from './files.mjs';

/** @typedef {import('./files.mjs').SourceFile} SourceFile */

const declaration =
  /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|const|let|interface|type) ?([\w$]+)/;
const localList = /^export (?:type )?\{(?!.*\} from )/;

/**
 * Every exported declaration of the shipped source needs a docstring right above it.
 * @param {readonly SourceFile[]} files
 * @returns {string[]} complaints, none when all is well
 */
export function checkDocstrings(files) {
  const complaints = [];
  for (const { path, text } of files.filter(isShippedSource)) {
    const lines = text.split('\n');
    let previous = '';
    for (const [index, line] of lines.entries()) {
      const where = `${path}:${index + 1}`;
      if (localList.test(line) && !/^[^;]*\} from /.test(lines.slice(index).join(' '))) {
        complaints.push(`${where} export declarations where they stand, not in a list`);
      }
      const name = declaration.exec(line)?.[1];
      if (name === undefined) continue;
      const isOverload = name === previous;
      previous = name;
      if (!isOverload && !hasDocstring(lines, index)) complaints.push(`${where} ${name} has no docstring`);
    }
  }
  return complaints;
}

/**
 * @param {readonly string[]} lines
 * @param {number} index of the declaration
 */
function hasDocstring(lines, index) {
  let at = index - 1;
  if (!lines[at]?.trimEnd().endsWith('*/')) return false;
  const end = at;
  while (at >= 0 && !lines[at]?.includes('/*')) at--;
  const comment = lines.slice(at, end + 1).join(' ');
  return comment.startsWith('/**') && /[\p{L}]{3}/u.test(comment);
}
