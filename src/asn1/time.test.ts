import { expect, it } from 'vitest';
import { fromAscii } from '../bytes/index.ts';
import { DerReader, der, TAG } from './index.ts';
import { decodeTime } from './time.ts';

const utc = (text: string) => decodeTime(TAG.utcTime, fromAscii(text));
const generalized = (text: string) => decodeTime(TAG.generalizedTime, fromAscii(text));

it('reads both forms (RFC 5280 section 4.1.2.5)', () => {
  expect(utc('491231235959Z')).toBe(Date.UTC(2049, 11, 31, 23, 59, 59));
  expect(utc('500101000000Z')).toBe(Date.UTC(1950, 0, 1));
  expect(utc('000229120000Z')).toBe(Date.UTC(2000, 1, 29, 12));
  expect(generalized('20500101000000Z')).toBe(Date.UTC(2050, 0, 1));
  expect(generalized('20260101000000Z')).toBe(Date.UTC(2026, 0, 1));
  expect(generalized('99991231235959Z')).toBe(Date.UTC(9999, 11, 31, 23, 59, 59));
  expect(generalized('00010101000000Z')).toBe(Date.parse('0001-01-01T00:00:00Z'));
});

it.each([
  ['no seconds', '2601011200Z'],
  ['an offset', '260101120000+0100'],
  ['no Z', '260101120000'],
  ['lower case z', '260101120000z'],
  ['a fraction', '260101120000.5Z'],
  ['30 February', '260230120000Z'],
  ['29 February of a common year', '260229120000Z'],
  ['month 13', '261301120000Z'],
  ['month 0', '260001120000Z'],
  ['day 0', '260100120000Z'],
  ['hour 24', '260101240000Z'],
  ['minute 60', '260101126000Z'],
  ['a leap second', '261231235960Z'],
  ['a sign', '+60101120000Z'],
  ['trailing bytes', '260101120000Z     '],
])('refuses UTCTime with %s', (_, text) => {
  expect(utc(text)).toBeUndefined();
});

it('refuses the text of one type under the tag of another', () => {
  expect(utc('20260101000000Z')).toBeUndefined();
  expect(generalized('260101000000Z')).toBeUndefined();
  expect(decodeTime(TAG.ia5String, fromAscii('260101000000Z'))).toBeUndefined();
});

it.each([
  [Date.UTC(1950, 0, 1), TAG.utcTime],
  [Date.UTC(2049, 11, 31, 23, 59, 59), TAG.utcTime],
  [Date.UTC(2050, 0, 1), TAG.generalizedTime],
  [Date.UTC(9999, 11, 31, 23, 59, 59), TAG.generalizedTime],
])('reads back %i, written as it must be', (at, tag) => {
  const element = new DerReader(der.time(at)).any('time');
  expect(element.tag).toBe(tag);
  expect(element.time()).toBe(at);
});

it.each([Number.NaN, Date.UTC(1949, 11, 31), Date.UTC(10_000, 0, 1)])('can not write %d', (at) => {
  expect(() => der.time(at)).toThrow(RangeError);
});
