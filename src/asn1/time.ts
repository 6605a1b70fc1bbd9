import { toLatin1 } from '../bytes/index.ts';
import { TAG } from './tag.ts';

/**
 * Decodes the contents of a UTCTime or GeneralizedTime: to the second, in UTC, no fraction (RFC 5280 section
 * 4.1.2.5). A GeneralizedTime before 2050 is read, as that section demands of those who read.
 * @returns epoch milliseconds, or `undefined` for any other form or a day that does not exist.
 */
export function decodeTime(tag: number, content: Uint8Array): number | undefined {
  const text = toLatin1(content.subarray(0, 16));
  let digits: string;
  if (tag === TAG.utcTime && /^\d{12}Z$/.test(text)) {
    // RFC 5280 section 4.1.2.5.1: 50 and above are of the 20th century.
    digits = (text >= '50' ? '19' : '20') + text;
  } else if (tag === TAG.generalizedTime && /^\d{14}Z$/.test(text)) {
    digits = text;
  } else {
    return undefined;
  }
  const part = (at: number, length: number) => Number(digits.substring(at, at + length));
  const [year, month, day] = [part(0, 4), part(4, 2), part(6, 2)];
  const [hour, minute, second] = [part(8, 2), part(10, 2), part(12, 2)];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return date.setUTCHours(hour, minute, second);
}

/**
 * The tag and text of a time as RFC 5280 section 4.1.2.5 wants it: UTCTime through 2049, GeneralizedTime after.
 * Milliseconds are dropped. Throws a RangeError outside the years 1950 to 9999.
 * @param at epoch milliseconds.
 */
export function encodeTime(at: number): { readonly tag: number; readonly text: string } {
  const date = new Date(at);
  const year = date.getUTCFullYear();
  if (!(year >= 1950 && year <= 9999)) throw new RangeError(`${at} is not a time between 1950 and 9999`);
  const text = `${date.toISOString().replace(/[-:T]/g, '').substring(0, 14)}Z`;
  return year < 2050 ? { tag: TAG.utcTime, text: text.substring(2) } : { tag: TAG.generalizedTime, text };
}
