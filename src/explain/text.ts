import { printable } from '../x509/index.ts';

/** How a piece of text is meant; the terminal chooses colours, plain text ignores it. */
export type Style = 'strong' | 'dim' | 'good' | 'bad' | 'warn' | 'accent';

/** A run of text in one style. Its text may come from the network: it is made safe when a line is printed. */
export interface Piece {
  readonly text: string;
  readonly style: Style;
}

/** One line of a screen, without a line end. */
export type Line = readonly (string | Piece)[];

/** The signs that screens use, for terminals and logs that show nothing but ASCII. */
const ASCII: Readonly<Record<string, string>> = {
  '✔': 'ok',
  '✖': 'FAIL',
  '▲': 'WARN',
  '–': '-',
  '←': '<-',
  '→': '->',
  '·': '|',
  '…': '...',
  '└': '`-',
};

/** A piece of text in a style. */
export function styled(style: Style, text: string): Piece {
  return { text, style };
}

/** The text of a piece with everything that could steer a terminal written as `\u{..}`. */
export function safeText(piece: string | Piece): string {
  return printable(typeof piece === 'string' ? piece : piece.text);
}

/** Safe text in ASCII: the signs of screens in letters, everything else as `\u{..}`. */
export function asciiText(piece: string | Piece): string {
  return safeText(piece).replace(
    /[^ -~]/gu,
    (sign) => ASCII[sign] ?? `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** The columns that a line takes, counting one for each character. */
export function widthOf(line: Line): number {
  return line.reduce((width, piece) => width + [...safeText(piece)].length, 0);
}

/**
 * Text in lines of at most `width` columns, broken at spaces; a word that is longer has a line of its own. What stands
 * in double quotes stays together where a line can hold it: it is looked for as it is.
 */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of wordsOf(text, width)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf([longer]) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

function wordsOf(text: string, width: number): string[] {
  const words = text.match(/(?:"[^"]*"|[^ ])+/g) ?? [''];
  return words.flatMap((word) => (widthOf([word]) > width ? word.split(' ') : word));
}

/** `line` with `text` behind it so that it ends in column `column`, or one space behind where there is no room. */
export function alignedRight(line: Line, text: Piece, column: number): Line {
  const room = column - widthOf(line) - widthOf([text]);
  return [...line, ' '.repeat(Math.max(room, 1)), text];
}

/** Lines as text without styles, each with a line end. */
export function toPlainText(lines: readonly Line[]): string {
  return lines.map((line) => `${line.map(safeText).join('').trimEnd()}\n`).join('');
}
