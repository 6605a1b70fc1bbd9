import { describe, expect, test } from 'vitest';
import { InputError } from '../diagnose/index.ts';
import {
  collectCodes,
  parseAlpn,
  parseConnections,
  parseExpiry,
  parseSeverity,
  parseTime,
  parseTimeout,
} from './values.ts';

describe('what is taken', () => {
  test('timeouts', () => {
    expect(['5s', '5', '0.5', '250ms', '2m', '10m'].map(parseTimeout)).toEqual([
      5_000, 5_000, 500, 250, 120_000, 600_000,
    ]);
  });

  test('expiry limits', () => {
    expect(parseExpiry('14d')).toEqual({ value: 14, unit: 'days' });
    expect(parseExpiry('33%')).toEqual({ value: 33, unit: 'percent' });
  });

  test('times', () => {
    expect(parseTime('2026-11-23', 0)).toBe(Date.UTC(2026, 10, 23));
    expect(parseTime('2026-11-23T12:00Z', 0)).toBe(Date.UTC(2026, 10, 23, 12));
    expect(parseTime('+30d', 1_000)).toBe(1_000 + 30 * 86_400_000);
    expect(parseTime('-12h', 1_000)).toBe(1_000 - 12 * 3_600_000);
  });

  test('codes, in any case and several', () => {
    expect(collectCodes('cert_expired,NAME_MISMATCH', ['NOT_TLS'])).toEqual([
      'NOT_TLS',
      'CERT_EXPIRED',
      'NAME_MISMATCH',
    ]);
  });

  test('protocols, and none', () => {
    expect([parseAlpn('h2,http/1.1'), parseAlpn('')]).toEqual([['h2', 'http/1.1'], []]);
  });

  test('severities and numbers', () => {
    expect([parseSeverity('notice'), parseConnections('3')]).toEqual(['notice', 3]);
  });
});

describe('what is refused', () => {
  test.each<[(text: string) => unknown, string]>([
    ...['', 'x', '0', '-1s', '11m', '5h', '1e3'].map((text): [typeof parseTimeout, string] => [parseTimeout, text]),
    ...['', '14', '101%', '-1d', '1.5d'].map((text): [typeof parseExpiry, string] => [parseExpiry, text]),
    [(text) => parseTime(text, 0), 'now'],
    [(text) => parseTime(text, 0), '2026-13-01'],
    [(text) => collectCodes(text, []), 'CERT_EXPIRED,'],
    [parseAlpn, 'h 2'],
    [parseAlpn, 'x'.repeat(256)],
    [parseSeverity, 'Error'],
    [parseConnections, '1000'],
  ])('%o: %j', (parse, text) => {
    expect(() => parse(text)).toThrow(InputError);
  });
});
