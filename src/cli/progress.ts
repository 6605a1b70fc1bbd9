import { safeText } from '../explain/index.ts';

/** A stream that may be a terminal. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** One line on a terminal that tells what happens now and goes away. */
export interface ProgressLine {
  show(text: string): void;
  clear(): void;
}

const CLEAR_LINE = '\r\u001b[K';

/** Progress for a terminal; nothing at all where it is none. */
export function progressLine(output: ProgressOutput, term: string | undefined): ProgressLine {
  if (output.isTTY !== true || term === 'dumb') return { show: () => undefined, clear: () => undefined };
  let isShown = false;
  return {
    show(text) {
      isShown = true;
      output.write(`${CLEAR_LINE}${[...safeText(`${text} …`)].slice(0, (output.columns ?? 80) - 1).join('')}`);
    },
    clear() {
      if (isShown) output.write(CLEAR_LINE);
      isShown = false;
    },
  };
}
