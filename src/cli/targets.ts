import { readFileSync } from 'node:fs';
import { InputError } from '../diagnose/index.ts';

/**
 * The targets of a command line: `@file` stands for the lines of a file, `-` for those of standard input. Empty lines
 * and those that begin with # are passed over.
 * @throws InputError
 */
export function expandTargets(args: readonly string[], readInput = () => readFileSync(0, 'utf8')): string[] {
  const targets = args.flatMap((arg) => {
    if (arg === '-') return linesOf(readInput());
    return arg.startsWith('@') ? linesOf(readText(arg.substring(1))) : [arg];
  });
  if (targets.length === 0) throw new InputError('no target: name a host, host:port or URL');
  return targets;
}

/** The text of a file that the user named. @throws InputError */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
