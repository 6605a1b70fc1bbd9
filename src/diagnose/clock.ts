/** The time that certificates are judged at, in words: this machine's, or the one of `--at`. */
import type { Facts } from './facts.ts';
import { day, instant } from './words.ts';

/** When a run was, and the time that it was told. */
export type Timed = Pick<Facts['run'], 'clock' | 'startedAt'>;

/** Whether the user gave the time. */
function isGiven({ clock, startedAt }: Timed): boolean {
  return clock !== startedAt;
}

/** `now 2026-11-23 16:57Z`, or `at 2030-01-01 00:00Z (--at)`. */
export function clockText(run: Timed): string {
  return isGiven(run) ? `at ${instant(run.clock)} (--at)` : `now ${instant(run.clock)}`;
}

/** `expired 3 days ago`; of a time that the user gave `expires by 2030-01-01 (--at)`. */
export function expiredText(run: Timed, ago: string): string {
  return isGiven(run) ? `expires by ${day(run.clock)} (--at)` : `expired ${ago} ago`;
}
