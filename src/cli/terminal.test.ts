import { describe, expect, test } from 'vitest';
import { styled } from '../explain/index.ts';
import { progressLine } from './progress.ts';
import { paint, wantsColor } from './terminal.ts';

describe('wantsColor', () => {
  const terminal = { isTTY: true, env: {} };

  test.each([
    ['auto', terminal, true],
    ['auto', { isTTY: false, env: {} }, false],
    ['auto', { isTTY: true, env: { TERM: 'dumb' } }, false],
    ['auto', { isTTY: true, env: { NO_COLOR: '1' } }, false],
    ['auto', { isTTY: true, env: { NO_COLOR: '' } }, true],
    ['auto', { isTTY: false, env: { FORCE_COLOR: '1' } }, true],
    ['auto', { isTTY: true, env: { FORCE_COLOR: '0' } }, false],
    ['auto', { isTTY: true, env: { NO_COLOR: '1', FORCE_COLOR: '1' } }, false],
    ['always', { isTTY: false, env: { NO_COLOR: '1' } }, true],
    ['never', { isTTY: true, env: { FORCE_COLOR: '1' } }, false],
  ] as const)('%s with %o: %s', (mode, output, expected) => {
    expect(wantsColor(mode, output)).toBe(expected);
  });
});

describe('paint', () => {
  const line = [styled('bad', '✖'), ' shop', styled('dim', '\u001b]0;x\u0007')];

  test('colours pieces and nothing that came with them', () => {
    expect(paint([line], { color: true, plain: false })).toBe(
      '\u001b[31m✖\u001b[0m shop\u001b[2m\\u{1b}]0;x\\u{7}\u001b[0m\n',
    );
  });

  test('plain', () => {
    expect(paint([line], { color: false, plain: true })).toBe('FAIL shop\\u{1b}]0;x\\u{7}\n');
  });
});

describe('progressLine', () => {
  function terminal(isTTY: boolean) {
    const written: string[] = [];
    return { written, output: { isTTY, columns: 12, write: (text: string) => written.push(text) } };
  }

  test('is one line that goes away', () => {
    const { written, output } = terminal(true);
    const line = progressLine(output, 'xterm');
    line.show('connecting to \u001b[2J');
    line.clear();
    line.clear();
    expect(written).toEqual(['\r\u001b[Kconnecting ', '\r\u001b[K']);
  });

  test.each([
    [false, 'xterm'],
    [true, 'dumb'],
  ])('is nothing where the terminal cannot (%s, %s)', (isTTY, term) => {
    const { written, output } = terminal(isTTY);
    const line = progressLine(output, term);
    line.show('connecting');
    line.clear();
    expect(written).toEqual([]);
  });
});
