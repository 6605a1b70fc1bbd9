import { errorDocument, type FailureCode, wantsJson } from './document.ts';
import type { Io } from './io.ts';
import { OutputFile } from './output-file.ts';

/** Prints the document of a failure, where the command line asks for JSON: into the file of `-o`, where there is one. */
export function printFailure(code: FailureCode, message: string, argv: readonly string[], io: Pick<Io, 'print'>): void {
  if (!wantsJson(argv)) return;
  const document = errorDocument(code, message);
  const path = outputPath(argv);
  if (path === undefined) {
    io.print(document);
    return;
  }
  try {
    new OutputFile(path).write(document);
  } catch {
    // That it can not be written may be what failed.
    io.print(document);
  }
}

/** The file of `-o`, before anything has parsed the command line. */
function outputPath(argv: readonly string[]): string | undefined {
  for (const [at, word] of argv.entries()) {
    if (word === '--') return undefined;
    const path = word === '-o' || word === '--output' ? argv[at + 1] : /^(?:-o|--output=)(.+)$/.exec(word)?.[1];
    if (path !== undefined) return path === '-' ? undefined : path;
  }
  return undefined;
}
