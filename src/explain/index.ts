/**
 * Words and pictures for what the engine tells of itself. Pure: events in, lines of text out; who prints them chooses
 * the colours. Start at {@link ladderLines}.
 */
export { alertsInText, KNOWN_ALERTS, type KnownAlert } from './alerts.ts';
export type { StampedEvent } from './ladder.ts';
export { ladderLines } from './ladder-text.ts';
export {
  alignedRight,
  asciiText,
  type Line,
  type Piece,
  type Style,
  safeText,
  styled,
  toPlainText,
  widthOf,
  wrapped,
} from './text.ts';
export { ADDED, REMOVED, type VersionChange } from './version-changes.ts';
export { type RecordedVersion, type VersionRun, versionRunOf, versionsNamed } from './version-run.ts';
export { comparisonLines, versionLines } from './version-text.ts';
