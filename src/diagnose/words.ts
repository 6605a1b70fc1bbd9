/** Numbers and lists as people write them. Everything here is plain text without styles. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Milliseconds of a day. */
export const DAY = 24 * HOUR;

/** A span of time in its largest fitting unit: `3 days`, `5 hours`, `1 minute`. */
export function duration(milliseconds: number): string {
  const length = Math.abs(milliseconds);
  if (length >= 2 * DAY) return count(Math.floor(length / DAY), 'day');
  if (length >= 2 * HOUR) return count(Math.floor(length / HOUR), 'hour');
  if (length >= MINUTE) return count(Math.floor(length / MINUTE), 'minute');
  return count(Math.floor(length / 1000), 'second');
}

/** A time to the minute: `2026-11-20 12:00Z`. */
export function instant(epoch: number): string {
  return `${new Date(epoch).toISOString().substring(0, 16).replace('T', ' ')}Z`;
}

/** A date: `2026-11-20`. */
export function day(epoch: number): string {
  return new Date(epoch).toISOString().substring(0, 10);
}

/** How long something took: `41 ms`, `1.2 s`. */
export function took(milliseconds: number): string {
  if (milliseconds >= 10_000) return `${Math.round(milliseconds / 1000)} s`;
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.max(milliseconds, 1).toFixed(0)} ms`;
}

/** `1 day`, `2 days`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`; beyond `limit` the rest is counted. */
export function listed(items: readonly string[], limit = 8): string {
  const shown = items.length > limit ? [...items.slice(0, limit), `${items.length - limit} more`] : items;
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

/** A suite without what all suites share: `AES_128_GCM`. */
export function shortSuite(name: string): string {
  return name.replace(/^TLS_/, '').replace(/_SHA\d+$/, '');
}

/** `1.3` of `TLS 1.3`. */
export function shortVersion(name: string): string {
  return name.replace(/^TLS /, '');
}

/** Milliseconds to the hundredth: more than a clock of a process tells, and the same again after JSON. */
export function hundredths(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
