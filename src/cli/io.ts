/** The process around a command, as far as commands touch it. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
  /** Adds to standard output; what was added is complete when the command ends. */
  print(text: string): void;
  /** Whether who read standard output went away. */
  isUnread?(): boolean;
  /** Called when the user interrupts; the process ends when what it returns is done. */
  onInterrupt(listener: () => unknown): void;
}
