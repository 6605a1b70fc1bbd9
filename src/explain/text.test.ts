import { expect, test } from 'vitest';
import { alignedRight, asciiText, safeText, styled, toPlainText, widthOf, wrapped } from './text.ts';

test('what could steer a terminal is written out', () => {
  expect(safeText('a\u001b[31mb\u202ec\u200bd\n')).toBe('a\\u{1b}[31mb\\u{202e}c\\u{200b}d\\u{a}');
});

test('in ASCII the signs of screens are letters, and everything else is written out', () => {
  expect(asciiText('✔ shop ← R12 · 3 … – ü')).toBe('ok shop <- R12 | 3 ... - \\u{fc}');
});

test('a time stands at the right edge, or one space behind', () => {
  expect(toPlainText([alignedRight(['ab'], styled('dim', '12 ms'), 10)])).toBe('ab   12 ms\n');
  expect(toPlainText([alignedRight(['abcdefghij'], styled('dim', '12 ms'), 10)])).toBe('abcdefghij 12 ms\n');
});

test('the width counts what is shown', () => {
  expect(widthOf(['✔ a', styled('bad', '\u0007')])).toBe(8);
});

test('text is broken at spaces, and a long word stands alone', () => {
  expect(wrapped('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  expect(wrapped('one https://shop.example/a/long/path two', 9)).toEqual([
    'one',
    'https://shop.example/a/long/path',
    'two',
  ]);
  expect(wrapped('one \u001b\u001b two', 9)).toEqual(['one', '\u001b\u001b', 'two']);
  expect(wrapped('', 9)).toEqual(['']);
});

test('what is quoted stays together where a line can hold it', () => {
  expect(wrapped('one two "a b"', 10)).toEqual(['one two', '"a b"']);
  expect(wrapped('says "a b", and', 10)).toEqual(['says', '"a b", and']);
  expect(wrapped('one "a b c d e f" g', 9)).toEqual(['one "a b', 'c d e f"', 'g']);
  expect(wrapped('one " two three', 9)).toEqual(['one " two', 'three']);
});

test('lines lose the blanks at their end', () => {
  expect(toPlainText([['a  '], []])).toBe('a\n\n');
});
