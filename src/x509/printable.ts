/**
 * Characters that change what a terminal or a page shows around them: controls, format characters (invisible or
 * direction-changing), line and paragraph separators, lone surrogates.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text from a certificate, safe to show: what could fool the reader becomes `\u{..}`. It is no longer comparable. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
