import type { Span } from '../bytes/index.ts';

/** One block of a PEM file (RFC 7468). */
export interface PemBlock {
  /** The text between BEGIN and the dashes: `CERTIFICATE`, `PRIVATE KEY`, ... */
  readonly label: string;
  readonly bytes: Uint8Array;
  /** The block in the text, in characters. */
  readonly span: Span;
}

/** A PEM file that can not be read. The span is in characters of the text. */
export class PemError extends Error {
  override readonly name = 'PemError';
  readonly span: Span;

  constructor(message: string, span: Span) {
    super(message);
    this.span = span;
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const VALUES: ReadonlyMap<string, number> = new Map([...ALPHABET].map((character, value) => [character, value]));

/**
 * Every block of a PEM file, in order. Text between blocks is ignored, as RFC 7468 section 5.2 has it; inside a block
 * only base64 and white space stand: no headers, no missing padding, no stray bits.
 * @throws PemError
 */
export function decodePem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  const boundary = /^-----(BEGIN|END) ([^\r\n]*?)-----[ \t]*\r?$/gm;
  let open: { label: string; start: number; body: number } | undefined;
  for (const match of text.matchAll(boundary)) {
    const [line, kind, label = ''] = match;
    const span = { start: match.index, end: match.index + line.length };
    if (kind === 'BEGIN') {
      if (open !== undefined) throw new PemError(`BEGIN ${label} inside ${open.label}`, span);
      open = { label, start: span.start, body: span.end };
    } else if (open?.label !== label) {
      throw new PemError(
        `END ${label} ${open === undefined ? 'without its BEGIN' : `after BEGIN ${open.label}`}`,
        span,
      );
    } else {
      const body = { start: open.body, end: span.start };
      const bytes = decodeBase64(text.substring(body.start, body.end).replace(/[ \t\r\n]/g, ''));
      if (bytes === undefined) throw new PemError(`${label} is not base64`, body);
      blocks.push({ label, bytes, span: { start: open.start, end: span.end } });
      open = undefined;
    }
  }
  if (open !== undefined) throw new PemError(`${open.label} has no end`, { start: open.start, end: text.length });
  return blocks;
}

/** A PEM block with lines of 64 characters (RFC 7468 section 2) and a final line feed. */
export function encodePem(label: string, bytes: Uint8Array): string {
  const lines = encodeBase64(bytes).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** Base64 with padding (RFC 4648 section 4). */
function encodeBase64(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const used = Math.min(bytes.length - i, 3) + 1;
    for (let k = 0; k < 4; k++) out += k < used ? ALPHABET.charAt((group >> (18 - 6 * k)) & 0x3f) : '=';
  }
  return out;
}

/** Canonical base64 only: padded, and the bits that padding leaves over are zero (RFC 4648 section 3.5). */
function decodeBase64(text: string): Uint8Array | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0) return undefined;
  const out = new Uint8Array((text.length / 4) * 3 - padding);
  let group = 0;
  for (let i = 0, at = 0; i < text.length; i++) {
    const value = i >= text.length - padding ? 0 : VALUES.get(text.charAt(i));
    if (value === undefined) return undefined;
    group = (group << 6) | value;
    if (i % 4 !== 3) continue;
    for (let k = 16; k >= 0; k -= 8) {
      const byte = (group >> k) & 0xff;
      if (at < out.length) out[at++] = byte;
      else if (byte !== 0) return undefined;
    }
    group = 0;
  }
  return out;
}
