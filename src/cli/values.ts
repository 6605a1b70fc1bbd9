/** The values of flags. Every parser throws InputError with the flag and what it expects. */
import { CAUSES, type ExpiryLimit, type FindingCode, InputError, type Severity } from '../diagnose/index.ts';

/** Milliseconds of `5s`, `500ms`, `2m` or a number of seconds. */
export function parseTimeout(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text);
  const scale = { ms: 1, s: 1000, m: 60_000 }[match?.[2] ?? 's'] ?? 0;
  const milliseconds = Math.round(Number(match?.[1] ?? 0) * scale);
  if (milliseconds < 1 || milliseconds > 600_000) {
    throw new InputError(`--timeout ${text}: expected a time up to 10 minutes, such as 5s or 500ms`);
  }
  return milliseconds;
}

/** A limit in days or percent: `14d`, `33%`. */
export function parseExpiry(text: string): ExpiryLimit {
  const match = /^(\d{1,5})(d|%)$/.exec(text);
  const value = Number(match?.[1]);
  if (match === null || (match[2] === '%' && value > 100)) {
    throw new InputError(`--expiry ${text}: expected days or percent of the lifetime, such as 14d or 33%`);
  }
  return { value, unit: match[2] === 'd' ? 'days' : 'percent' };
}

/** Epoch milliseconds of an ISO 8601 time, or of a time from now: `+30d`, `-12h`. */
export function parseTime(text: string, now: number): number {
  const relative = /^([+-])(\d{1,5})([dh])$/.exec(text);
  if (relative !== null) {
    const unit = relative[3] === 'd' ? 86_400_000 : 3_600_000;
    return now + (relative[1] === '-' ? -1 : 1) * Number(relative[2]) * unit;
  }
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new InputError(`--at ${text}: expected a time such as 2026-11-23, 2026-11-23T12:00Z or +30d`);
  return time;
}

/** A whole number of connections. */
export function parseConnections(text: string): number {
  const number = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (number < 1) throw new InputError(`--max-connections ${text}: expected a number from 1 to 999`);
  return number;
}

/** A severity. */
export function parseSeverity(text: string): Severity {
  if (text !== 'error' && text !== 'warning' && text !== 'notice') {
    throw new InputError(`--fail-on ${text}: expected error, warning or notice`);
  }
  return text;
}

/** Codes of findings, added to those before: the flag may be given several times, or hold a list. */
export function collectCodes(text: string, before: readonly FindingCode[]): FindingCode[] {
  const codes = text.split(',').map((code) => {
    const cause = CAUSES.find((one) => one.code === code.trim().toUpperCase());
    if (cause === undefined) throw new InputError(`--ignore ${text}: no finding has the code ${code.trim()}`);
    return cause.code;
  });
  return [...before, ...codes];
}

/** Application protocols: `h2,http/1.1`; empty for none. */
export function parseAlpn(text: string): string[] {
  const protocols = text.split(',').filter((name) => name !== '');
  if (protocols.some((name) => !/^[!-~]{1,255}$/.test(name))) {
    throw new InputError(`--alpn ${text}: expected protocol names, such as h2,http/1.1`);
  }
  return protocols;
}
