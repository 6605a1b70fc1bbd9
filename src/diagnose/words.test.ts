import { expect, test } from 'vitest';
import { count, DAY, day, duration, hundredths, instant, listed, shortSuite, shortVersion, took } from './words.ts';

test('duration takes the largest unit of which there are two', () => {
  expect([0, 999, 59_999, 60_000, 7_199_999, 7_200_000, 2 * DAY - 1, 2 * DAY, -3 * DAY].map(duration)).toEqual([
    '0 seconds',
    '0 seconds',
    '59 seconds',
    '1 minute',
    '119 minutes',
    '2 hours',
    '47 hours',
    '2 days',
    '3 days',
  ]);
});

test('times are written in UTC', () => {
  const at = Date.UTC(2026, 10, 20, 12, 0, 59);
  expect([instant(at), day(at)]).toEqual(['2026-11-20 12:00Z', '2026-11-20']);
});

test('took never says that something took no time', () => {
  expect([0.2, 41.4, 999, 1_234, 12_345].map(took)).toEqual(['1 ms', '41 ms', '999 ms', '1.2 s', '12 s']);
});

test('lists end with and, and are cut', () => {
  expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
  ]);
  expect(listed(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
});

test('numbers agree with their nouns', () => {
  expect([0, 1, 2].map((number) => count(number, 'probe'))).toEqual(['0 probes', '1 probe', '2 probes']);
});

test('names without what they share', () => {
  expect(shortSuite('TLS_AES_128_GCM_SHA256')).toBe('AES_128_GCM');
  expect(shortVersion('TLS 1.3')).toBe('1.3');
});

test('hundredths are the same after JSON', () => {
  expect(hundredths(0.1 + 0.2)).toBe(0.3);
});
