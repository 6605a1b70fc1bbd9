/** What a process ends with. */
export const EXIT = {
  /** Nothing at or above `--fail-on`. */
  ok: 0,
  /** The endpoint has a finding at or above it; `explain`: an unknown text. */
  finding: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** Could not look. */
  notMeasured: 3,
  /** A bug in hellofin. */
  bug: 4,
  interrupted: 130,
} as const;

/** An exit code. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const PRECEDENCE: readonly ExitCode[] = [EXIT.bug, EXIT.usage, EXIT.finding, EXIT.notMeasured];

/** The code of several targets: 4 over 2 over 1 over 3. */
export function worstOf(codes: readonly ExitCode[]): ExitCode {
  return PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT.ok;
}
