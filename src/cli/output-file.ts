import { fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { InputError } from '../diagnose/input-error.ts';

/** A file that the user named, open from the start: that it cannot be written is told before anything is done. */
export class OutputFile {
  readonly #path: string;
  readonly #descriptor: number;
  #isWritten = false;

  /** Leaves what stands in it, until something is written. @throws InputError */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = named(path, () => openSync(path, 'a'));
  }

  /** Adds text; the first replaces what stood there. @throws InputError */
  write(text: string): void {
    named(this.#path, () => {
      if (!this.#isWritten && fstatSync(this.#descriptor).isFile()) ftruncateSync(this.#descriptor);
      this.#isWritten = true;
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
    });
  }
}

/** Opens a file that the user named, for secrets: readable for the user alone. @throws InputError */
export function openToAppend(path: string): number {
  return named(path, () => openSync(path, 'a', 0o600));
}

function named<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new InputError(`cannot write ${path}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  }
}
