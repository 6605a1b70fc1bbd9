import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodePem, encodePem, PemError } from './index.ts';

const block = (label: string, body: string) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;

it('reads several blocks with text between them', () => {
  const text = `subject: x\n-- not a boundary\n${block('CERTIFICATE', 'AQID')}more\r\n${block('PRIVATE KEY', 'BA==').replaceAll('\n', '\r\n')}`;
  const blocks = decodePem(text);
  expect(blocks.map(({ label, bytes }) => [label, [...bytes]])).toEqual([
    ['CERTIFICATE', [1, 2, 3]],
    ['PRIVATE KEY', [4]],
  ]);
  expect(text.substring(blocks[0]?.span.start ?? 0, blocks[0]?.span.end)).toBe(block('CERTIFICATE', 'AQID').trimEnd());
});

it('finds nothing in text without blocks', () => {
  expect(decodePem('')).toEqual([]);
  expect(decodePem('hello\n---BEGIN X---\n')).toEqual([]);
});

it.each([
  ['a stray character', block('X', 'AQI*')],
  ['URL-safe base64', block('X', 'AQ-_')],
  ['missing padding', block('X', 'AQ')],
  ['padding inside', block('X', 'AQ==AQID')],
  ['too much padding', block('X', 'A===')],
  ['bits after the end', block('X', 'AR==')],
  ['encapsulated headers', block('X', 'Proc-Type: 4,ENCRYPTED\n\nAQID')],
  ['no end', '-----BEGIN X-----\nAQID\n'],
  ['no beginning', 'AQID\n-----END X-----\n'],
  ['another end', '-----BEGIN X-----\nAQID\n-----END Y-----\n'],
  ['a block in a block', `-----BEGIN X-----\n${block('X', 'AQID')}`],
])('refuses %s', (_, text) => {
  expect(() => decodePem(text)).toThrow(PemError);
});

it('writes what the host reads, in lines of 64', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const text = encodePem('DATA', bytes);
      const lines = text.split('\n').slice(1, -2);
      expect(Buffer.from(lines.join(''), 'base64')).toEqual(Buffer.from(bytes));
      expect(Math.max(0, ...lines.map((line) => line.length))).toBeLessThanOrEqual(64);
      expect(decodePem(text)[0]?.bytes).toEqual(bytes);
    }),
  );
});
