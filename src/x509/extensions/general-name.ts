import { contextTag, type DerElement, type DerReader, der } from '../../asn1/index.ts';
import { type Span, toHex, toLatin1 } from '../../bytes/index.ts';
import { formatIp, parseIp } from '../ip.ts';
import { printable } from '../printable.ts';

/**
 * A GeneralName (RFC 5280 section 4.2.1.6). Text is ASCII as sent and hostile: show it with {@link generalNameText}.
 * Kinds that nothing compares yet stay raw: `tag` is their identifier octet.
 */
export type GeneralName =
  | { readonly type: 'dns' | 'email' | 'uri'; readonly value: string; readonly span: Span }
  | { readonly type: 'ip'; readonly value: Uint8Array; readonly span: Span }
  | { readonly type: 'other'; readonly tag: number; readonly value: Uint8Array; readonly span: Span };

const TEXT_TAGS: ReadonlyMap<number, 'dns' | 'email' | 'uri'> = new Map([
  [contextTag(1, false), 'email'],
  [contextTag(2, false), 'dns'],
  [contextTag(6, false), 'uri'],
]);

const IP_TAG = contextTag(7, false);

/** Reads the next GeneralName of a list. @throws DerError */
export function decodeGeneralName(list: DerReader): GeneralName {
  const element = list.any('GeneralName');
  const { span, content } = element;
  const type = TEXT_TAGS.get(element.tag);
  if (type !== undefined) return { type, value: ia5(element), span };
  if (element.tag === IP_TAG) {
    if (content.length !== 4 && content.length !== 16) throw element.error(`an iPAddress of ${content.length} bytes`);
    return { type: 'ip', value: content, span };
  }
  if (element.tag >> 6 !== 2) throw element.error('not a GeneralName');
  return { type: 'other', tag: element.tag, value: content, span };
}

/** A dNSName or, for an IP literal, an iPAddress. */
export function encodeHostName(name: string): Uint8Array {
  const ip = parseIp(name);
  return ip === undefined ? der.implicit(2, der.ia5String(name)) : der.implicit(7, der.octetString(ip));
}

/** A uniformResourceIdentifier. */
export function encodeUri(uri: string): Uint8Array {
  return der.implicit(6, der.ia5String(uri));
}

/** What a name says, safe to show. */
export function generalNameText(name: GeneralName): string {
  switch (name.type) {
    case 'ip':
      return formatIp(name.value);
    case 'other':
      return `[${name.tag & 0x1f}] #${toHex(name.value)}`;
    default:
      return printable(name.value);
  }
}

function ia5(element: DerElement): string {
  if (element.content.some((byte) => byte >= 0x80)) throw element.error('not an IA5String');
  return toLatin1(element.content);
}
