import { asciiText, type Line, type Style, safeText } from '../explain/index.ts';

/** How text goes out. */
export interface Paint {
  readonly color: boolean;
  /** ASCII signs only. */
  readonly plain: boolean;
}

/** What is known of an output and its surroundings. */
export interface OutputFacts {
  readonly isTTY: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** SGR parameters (ECMA-48 section 8.3.117). */
const SGR: Readonly<Record<Style, string>> = { strong: '1', dim: '2', good: '32', bad: '31', warn: '33', accent: '36' };

const ESCAPE = '\u001b[';

/** What `--color` can be. */
export type ColorMode = 'auto' | 'always' | 'never';

/**
 * Whether to colour: what the user says, then NO_COLOR (https://no-color.org), FORCE_COLOR, TERM=dumb, then whether it
 * is a terminal.
 */
export function wantsColor(mode: ColorMode, { isTTY, env }: OutputFacts): boolean {
  if (mode !== 'auto') return mode === 'always';
  if (isSet(env.NO_COLOR)) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTTY && env.TERM !== 'dumb';
}

/** Lines as text for an output, each with a line end. What came from the network is made safe here. */
export function paint(lines: readonly Line[], { color, plain }: Paint): string {
  const write = plain ? asciiText : safeText;
  return lines
    .map((line) => {
      const text = line.map((piece) => {
        const safe = write(piece);
        return color && typeof piece !== 'string' ? `${ESCAPE}${SGR[piece.style]}m${safe}${ESCAPE}0m` : safe;
      });
      return `${text.join('').trimEnd()}\n`;
    })
    .join('');
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
