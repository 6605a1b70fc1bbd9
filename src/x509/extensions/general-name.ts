import { contextTag, type DerElement, type DerReader, der, TAG } from '../../asn1/index.ts';
import { type Span, toHex, toLatin1 } from '../../bytes/index.ts';
import { formatIp, parseIp } from '../ip.ts';
import { decodeName, type Name } from '../name.ts';
import { printable } from '../printable.ts';

/**
 * A GeneralName (RFC 5280 section 4.2.1.6). Text is ASCII as sent and hostile: show it with {@link generalNameText}.
 * Kinds that nothing compares stay raw: `tag` is their identifier octet.
 */
export type GeneralName =
  | { readonly type: 'dns' | 'email' | 'uri'; readonly value: string; readonly span: Span }
  | { readonly type: 'ip'; readonly value: Uint8Array; readonly span: Span }
  | { readonly type: 'directory'; readonly value: Name; readonly span: Span }
  | { readonly type: 'other'; readonly tag: number; readonly value: Uint8Array; readonly span: Span };

const TEXT_TAGS: ReadonlyMap<number, 'dns' | 'email' | 'uri'> = new Map([
  [contextTag(1, false), 'email'],
  [contextTag(2, false), 'dns'],
  [contextTag(6, false), 'uri'],
]);

const IP_TAG = contextTag(7, false);

const DIRECTORY_TAG = contextTag(4, true);

/** otherName, x400Address, ediPartyName, registeredID. */
const OTHER_TAGS: ReadonlySet<number> = new Set([
  contextTag(0, true),
  contextTag(3, true),
  contextTag(5, true),
  contextTag(8, false),
]);

/** Reads the next GeneralName of a list. @throws DerError */
export function decodeGeneralName(list: DerReader): GeneralName {
  return decode(list, 1);
}

/** Reads the base of a GeneralSubtree: as a GeneralName, but an iPAddress has its mask behind it. @throws DerError */
export function decodeSubtreeBase(subtree: DerReader): GeneralName {
  return decode(subtree, 2);
}

/** Reads GeneralNames up to the end of `list`. @throws DerError */
export function decodeGeneralNames(list: DerReader): GeneralName[] {
  const names: GeneralName[] = [];
  while (list.remaining > 0) names.push(decodeGeneralName(list));
  return names;
}

function decode(list: DerReader, addresses: 1 | 2): GeneralName {
  const element = list.any('GeneralName');
  const { span, content } = element;
  const type = TEXT_TAGS.get(element.tag);
  if (type !== undefined) return { type, value: ia5(element), span };
  if (element.tag === IP_TAG) {
    const length = content.length / addresses;
    if (length !== 4 && length !== 16) throw element.error(`an iPAddress of ${content.length} bytes`);
    return { type: 'ip', value: content, span };
  }
  if (element.tag === DIRECTORY_TAG) {
    // Name is a CHOICE, so that the tag stands around it (X.680 section 31.2.7).
    const inner = element.reader();
    const value = decodeName(inner.next(TAG.sequence, 'directoryName'));
    inner.end('directoryName');
    return { type: 'directory', value, span };
  }
  if (!OTHER_TAGS.has(element.tag)) throw element.error('not a GeneralName');
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

/** What a name says, safe to show. An address with a mask is written with both. */
export function generalNameText(name: GeneralName): string {
  switch (name.type) {
    case 'ip': {
      const half = name.value.length / 2;
      if (name.value.length === 4 || name.value.length === 16) return formatIp(name.value);
      return `${formatIp(name.value.subarray(0, half))}/${formatIp(name.value.subarray(half))}`;
    }
    case 'directory':
      return name.value.text;
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
