import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from '../gates/files.mjs';

/**
 * The rooms of src and what each may import, as the compiler is told: a Mermaid graph of the direct references, those
 * left out that follow from others.
 * @returns {string} Markdown
 */
export function moduleMap() {
  /** @type {Map<string, string[]>} */
  const references = new Map();
  for (const room of rooms('tsconfig.json', '')) {
    if (room.startsWith('src/')) references.set(room, rooms(`${room}/tsconfig.json`, room));
  }
  /** @param {string} room @param {string} target @returns {boolean} */
  const reaches = (room, target) =>
    (references.get(room) ?? []).some((next) => next === target || reaches(next, target));
  const lines = ['```mermaid', 'flowchart LR'];
  for (const [room, targets] of references) {
    for (const target of targets) {
      const isImplied = targets.some((other) => other !== target && reaches(other, target));
      if (!isImplied) lines.push(`  ${name(target)} --> ${name(room)}`);
    }
  }
  return [...lines, '```'].join('\n');
}

/**
 * The projects that a tsconfig refers to, as paths from the root.
 * @param {string} path
 * @param {string} folder
 * @returns {string[]}
 */
function rooms(path, folder) {
  /** @type {{ references: { path: string }[] }} */
  const config = JSON.parse(readFileSync(join(root, path), 'utf8'));
  return config.references.map((reference) => posix.join(folder, reference.path));
}

/** @param {string} room */
function name(room) {
  return room.replace('src/', '');
}
