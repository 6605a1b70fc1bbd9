import { expect, test } from 'vitest';
import { InputError } from '../diagnose/index.ts';
import { expandTargets, readText } from './targets.ts';

test('lines of standard input stand where the dash is', () => {
  expect(expandTargets(['a', '-', 'b'], () => '# list\n x \n\ny\r\n')).toEqual(['a', 'x', 'y', 'b']);
});

test('none at all is an error', () => {
  expect(() => expandTargets(['-'], () => '# nothing\n')).toThrow(InputError);
});

test('a file that cannot be read is named', () => {
  expect(() => readText('no/such/file')).toThrow('cannot read no/such/file: ENOENT');
  expect(() => expandTargets(['@no/such/file'])).toThrow(InputError);
});
